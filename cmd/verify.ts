/** `dynpk verify`: is this bundle whole, complete, isolated, and fit for this host? */
import {posix} from 'node:path';
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';

export interface VerifyArguments {
	readonly bundle: string;
	readonly static: boolean;
	readonly json: boolean;
}

function build(argv: Argv): Argv<VerifyArguments> {
	return argv
		.positional('bundle', {describe: 'an unpacked bundle', type: 'string', demandOption: true})
		.options({
			static: {
				type: 'boolean',
				default: false,
				describe: 'start nothing, not even the bundled loader',
			},
			json: {type: 'boolean', default: false, describe: 'print the findings as JSON'},
		})
		.example('$0 verify git/', 'digests, modes, completeness, isolation, this host')
		.example('$0 verify git/ --static', 'the part of it that starts nothing');
}

async function handle(argv: ArgumentsCamelCase<VerifyArguments>): Promise<void> {
	const {verifyBundle} = await import('../lib/verify/verify-bundle.js');
	const {hostPath} = await import('../lib/paths/paths.js');
	const {sanitise} = await import('../lib/errors/sanitise.js');
	const top = hostPath(posix.resolve(process.cwd(), argv.bundle));
	const findings = await verifyBundle({top, isStatic: argv.static});
	const text = argv.json
		? `${JSON.stringify({schema: 'dynpk-verify/1', bundle: top, findings})}\n`
		: findings
				.map(({code, path, message}) => `${code} ${sanitise(path)}: ${sanitise(message)}\n`)
				.join('');
	process.stdout.write(text);
	if (findings.length > 0) {
		process.exitCode = 1;
	} else if (!argv.json) {
		process.stdout.write(`${sanitise(top)}: nothing found\n`);
	}
}

export const verifyCommand: CommandModule<object, VerifyArguments> = {
	command: 'verify <bundle>',
	describe: 'Check that a bundle is whole, complete, isolated, and fit for this host',
	builder: build,
	handler: handle,
};
