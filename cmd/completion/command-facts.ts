/**
 * What completion has to know of a command, taken from the same builder that yargs is given.
 *
 * What the words and values of a command are is told here, since yargs has no name for it.
 */
import type {Argv, CommandModule, Options} from 'yargs';

/** What may stand in a place: words from a list, or something that the shell finds by itself. */
export type Candidates =
	| {readonly kind: 'words'; readonly words: readonly string[]}
	| {
			readonly kind:
				'file' | 'directory' | 'program' | 'package' | 'target' | 'bundle' | 'bundled-program';
	  };

export interface OptionFacts {
	/** As typed, the long form last: `-o`, `--output`. */
	readonly spellings: readonly string[];
	readonly describe: string;
	/** `undefined` for a flag. */
	readonly value: Candidates | undefined;
	readonly isRepeatable: boolean;
}

export interface CommandFacts {
	readonly name: string;
	readonly describe: string;
	readonly options: readonly OptionFacts[];
	/** What its words are; the last of them stands for all that follow. */
	readonly words: readonly Candidates[];
	/** What comes behind `--`, if that has a meaning of its own. */
	readonly rest: readonly Candidates[] | undefined;
	/** Whether its options end at the first word. */
	readonly isPrefix: boolean;
}

const file: Candidates = {kind: 'file'};
const directory: Candidates = {kind: 'directory'};
const program: Candidates = {kind: 'program'};
const bundle: Candidates = {kind: 'bundle'};
const bundledProgram: Candidates = {kind: 'bundled-program'};

/** Values that are not files, by option. */
const values = new Map<string, Candidates>([
	['scan', directory],
	['repo', directory],
	['sysroot', directory],
	['cache', directory],
	['why', {kind: 'package'}],
	['audit', {kind: 'words', words: ['off', 'warn', 'enforce', 'record']}],
]);

const words = new Map<string, Pick<CommandFacts, 'words' | 'rest' | 'isPrefix'>>([
	['pack', {words: [{kind: 'target'}], rest: undefined, isPrefix: false}],
	['run', {words: [bundle, bundledProgram, file], rest: undefined, isPrefix: true}],
	['inspect', {words: [program], rest: undefined, isPrefix: false}],
	['verify', {words: [bundle], rest: [bundledProgram, file], isPrefix: false}],
	['host', {words: [file], rest: undefined, isPrefix: false}],
	['trace', {words: [program, file], rest: undefined, isPrefix: true}],
]);

/** @throws where a command has words that nothing is known of. */
export function commandFacts<T>(command: CommandModule<object, T>): CommandFacts {
	const [name = ''] = String(command.command).split(' ');
	const {options, positionals} = recordBuilder(command);
	const [choice] = positionals.flatMap(({choices}) => (choices === undefined ? [] : [choices]));
	const known =
		choice === undefined
			? words.get(name)
			: {words: [wordsOf(choice)], rest: undefined, isPrefix: false};
	if (known === undefined) {
		throw new Error(`completion knows no words of ${name}`);
	}

	return {name, describe: String(command.describe), options, ...known};
}

interface Recorded {
	readonly options: readonly OptionFacts[];
	readonly positionals: readonly Options[];
}

/** Have the builder tell a stand-in for yargs what it would tell yargs. */
function recordBuilder<T>({builder}: CommandModule<object, T>): Recorded {
	const options: OptionFacts[] = [];
	const positionals: Options[] = [];
	const recorder = {
		options(all: Readonly<Record<string, Options>>) {
			options.push(...Object.entries(all).map(([name, option]) => optionFacts(name, option)));
			return recorder;
		},
		positional(_name: string, option: Options) {
			positionals.push(option);
			return recorder;
		},
		usage: () => recorder,
		example: () => recorder,
	};
	if (typeof builder === 'function') {
		// Builders call nothing else; one that does fails the test of completion.
		void builder(recorder as unknown as Argv);
	}

	const help = {spellings: ['-h', '--help'], describe: 'Show help', value: undefined};
	return {options: [...options, {...help, isRepeatable: false}], positionals};
}

function optionFacts(name: string, option: Options): OptionFacts {
	const {alias, choices, describe = '', type, array = false} = option;
	const aliases = alias === undefined ? [] : [alias].flat().map(letter => `-${letter}`);
	return {
		spellings: [...aliases, `--${name}`],
		describe,
		value:
			type === 'boolean'
				? undefined
				: choices === undefined
					? (values.get(name) ?? file)
					: wordsOf(choices),
		isRepeatable: array,
	};
}

function wordsOf(choices: NonNullable<Options['choices']>): Candidates {
	return {kind: 'words', words: choices.map(String)};
}
