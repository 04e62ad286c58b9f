/** `dynpk help`: what `--help` prints, of a command or of all. */
import type {Argv, CommandModule} from 'yargs';

/** As the top-level help lists them, and `help` itself. */
export const commandNames = [
	'pack',
	'run',
	'inspect',
	'verify',
	'trace',
	'host',
	'cache',
	'completion',
	'help',
] as const;

interface HelpArguments {
	readonly command: string | undefined;
}

/** `help pack` → `pack --help`. */
export function wordsOfHelp(words: readonly string[]): readonly string[] {
	const [first, about, ...rest] = words;
	if (first !== 'help' || rest.length > 0) {
		return words;
	}

	const isKnown = commandNames.some(name => name === about);
	return about === undefined ? ['--help'] : isKnown ? [about, '--help'] : words;
}

function build(argv: Argv): Argv<HelpArguments> {
	return argv
		.positional('command', {
			describe: 'what to tell of [all commands]',
			choices: commandNames,
		})
		.example('$0 help pack', 'the same as dynpk pack --help');
}

/** Its words became those of another command before any of them was looked at. */
export const helpCommand: CommandModule<object, HelpArguments> = {
	command: 'help [command]',
	describe: 'Show help, of a command or of all',
	builder: build,
	handler: () => undefined,
};
