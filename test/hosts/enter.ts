/**
 * `node build/test/hosts/enter.js HOST [--bundle DIR] [-- PROGRAM ARG...]`: run a
 * program on a foreign host by hand. Without a program, make the host and print where it lies.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {resolve} from 'node:path';
import {parseArgs} from 'node:util';
import {hostWith} from './lib/host-with.js';
import {prepareEntry} from './lib/prepare-entry.js';
import type {Entry} from './lib/prepare-entry.js';
import {hostNames} from './lib/recipes.js';

const usage = `usage: enter HOST [OPTION...] [-- PROGRAM ARG...]

Run PROGRAM on a foreign host (${hostNames.join(', ')}) as an ordinary user, in
the bundle's directory where one is given. Without PROGRAM: make the host and
print its directory.

  --bundle DIR          place DIR on the host, read-only
  --package NAME        add a package of the host's release (repeatable)
  --env NAME=VALUE      set a variable (repeatable)
  --no-user-namespaces  as on a machine that forbids them
`;

async function main(): Promise<number> {
	const {values, positionals} = parseArgs({
		allowPositionals: true,
		options: {
			bundle: {type: 'string'},
			package: {type: 'string', multiple: true},
			env: {type: 'string', multiple: true},
			'no-user-namespaces': {type: 'boolean'},
			help: {type: 'boolean'},
		},
	});
	const [given, ...argv] = positionals;
	const name = hostNames.find(known => known === given);
	if (values.help === true || name === undefined) {
		(values.help === true ? process.stdout : process.stderr).write(usage);
		return values.help === true ? 0 : 2;
	}

	const host = await hostWith(name, values.package);
	if (argv.length === 0) {
		process.stdout.write(`${host.root}\n`);
		return 0;
	}

	const entry = await prepareEntry(host, {
		argv,
		env: {TERM: process.env.TERM, ...Object.fromEntries((values.env ?? []).map(variable))},
		...(values.bundle === undefined ? {} : {bundle: resolve(values.bundle)}),
		noUserNamespaces: values['no-user-namespaces'] === true,
	});
	try {
		return await attached(entry);
	} finally {
		await entry.release();
	}
}

function variable(text: string): readonly [string, string] {
	const equals = text.indexOf('=');
	return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Run with our own terminal; 128 and the number for a signal, as a shell tells it. */
async function attached(entry: Entry): Promise<number> {
	process.on('SIGINT', () => undefined);
	const child = spawn(entry.command, entry.argv, {env: entry.env, stdio: 'inherit'});
	const [status] = (await once(child, 'close')) as [number | null];
	return status ?? 125;
}

try {
	process.exitCode = await main();
} catch (error) {
	process.stderr.write(`enter: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 125;
}
