/**
 * What yargs refuses, in dynpk's words: what is wrong with which word, and what was probably meant.
 *
 * yargs tells its objections as English sentences only; a test has each of them.
 */
import type {CommandModule} from 'yargs';
import {DynpkError} from '../lib/errors/dynpk-error.js';
import {nearestNames} from '../lib/errors/nearest-names.js';
import {commandFacts, type CommandFacts} from './completion/command-facts.js';

export interface TypedWords {
	readonly words: readonly string[];
	readonly commands: readonly CommandModule<object, never>[];
}

/** What each command wants to be told, and how. */
const wanted = new Map([
	['pack', ['name what to pack', 'dynpk pack TARGET... [-o OUT]']],
	['inspect', ['name what to inspect', 'dynpk inspect PROGRAM|PACKAGE|BUNDLE']],
	['verify', ['name a bundle to verify', 'dynpk verify BUNDLE']],
	['cache', ['say what to do', 'dynpk cache list|gc|clear']],
	['trace', ['name a file to write with -o', 'dynpk trace -o FILE COMMAND [ARGS...]']],
]);

export function explainUsage(objection: string, {words, commands}: TypedWords): DynpkError {
	const facts = commands.map(command => commandFacts(command));
	const [first = ''] = words;
	const command = facts.find(({name}) => name === first);
	if (command === undefined) {
		return first === '' || first.startsWith('-') ? noCommand(facts) : unknownCommand(first, facts);
	}

	const line = objection.replace(/\s*\n\s*/gu, ' ');
	const unknown = /^Unknown (?:argument|command)s?: (?<names>.*)$/u.exec(line)?.groups?.names;
	if (unknown !== undefined) {
		return unknownWords(distinct(unknown.split(', ')), command, words);
	}

	const valueless = /^Not enough arguments following: (?<name>.*)$/u.exec(line)?.groups?.name;
	if (valueless !== undefined) {
		return usage(`${spelling(valueless)} takes a value, and none follows`, helpOf(command));
	}

	const choice =
		/^Invalid values: Argument: (?<name>.+?), Given: "(?<given>.*?)", Choices: (?<choices>.*)$/u.exec(
			line,
		)?.groups;
	if (choice !== undefined) {
		return wrongChoice(choice as unknown as Choice, command);
	}

	const [sentence, hint] = wanted.get(command.name) ?? [line, ''];
	return /^(?:Not enough non-option arguments|Missing required argument)/u.test(line)
		? usage(sentence ?? line, `${hint ?? ''}; ${helpOf(command)}`)
		: usage(line, helpOf(command));
}

function usage(sentence: string, hint: string): DynpkError {
	return new DynpkError('USAGE', sentence, {hint});
}

function noCommand(facts: readonly CommandFacts[]): DynpkError {
	return usage(
		`name a command: ${listOf(facts.map(({name}) => name))}`,
		'dynpk help tells what each of them does',
	);
}

function unknownCommand(word: string, facts: readonly CommandFacts[]): DynpkError {
	const names = facts.map(({name}) => name);
	const meant = didYouMean(nearestNames(word, names));
	return usage(`there is no command ${word}`, meant ?? `there are ${listOf(names, 'and')}`);
}

function unknownWords(
	names: readonly string[],
	command: CommandFacts,
	words: readonly string[],
): DynpkError {
	const options = names.map(name => spelling(name)).filter(option => isTyped(option, words));
	if (options.length === 0) {
		return usage(`${command.name} has no use for ${names.join(', ')}`, helpOf(command));
	}

	const known = command.options.flatMap(({spellings}) => spellings);
	const meant = didYouMean(options.flatMap(option => nearestNames(option, known)));
	const noun = options.length === 1 ? 'option' : 'options';
	return usage(`${command.name} has no ${noun} ${options.join(', ')}`, meant ?? helpOf(command));
}

interface Choice {
	readonly name: string;
	readonly given: string;
	readonly choices: string;
}

function wrongChoice({name, given, choices}: Choice, command: CommandFacts): DynpkError {
	const known = [...choices.matchAll(/"(?<word>[^"]*)"/gu)].map(({groups}) => groups?.word ?? '');
	const isOption = command.options.some(({spellings}) => spellings.includes(spelling(name)));
	const what = isOption
		? `${spelling(name)} cannot be ${given}`
		: `${command.name} knows no ${given}`;
	const meant = didYouMean(nearestNames(given, known));
	return usage(what, meant ?? `it is ${listOf(known)}`);
}

function spelling(name: string): string {
	return name.length === 1 ? `-${name}` : `--${name}`;
}

/** A word that is no option is objected to by the same sentence. */
function isTyped(option: string, words: readonly string[]): boolean {
	return words.some(word =>
		option.startsWith('--')
			? word === option || word.startsWith(`${option}=`)
			: /^-[^-]/u.test(word) && word.includes(option.slice(1)),
	);
}

/** yargs names an unknown option in camel case besides. */
function distinct(names: readonly string[]): string[] {
	const camelCase = (name: string): string =>
		name.replace(/-+(?<letter>.)/gu, (_all, letter: string) => letter.toUpperCase());
	const doubles = new Set(names.filter(name => name.includes('-')).map(camelCase));
	return names.filter(name => !doubles.has(name));
}

function didYouMean(names: readonly string[]): string | undefined {
	return names.length === 0 ? undefined : `did you mean ${listOf([...new Set(names)])}?`;
}

function listOf(names: readonly string[], joint = 'or'): string {
	const last = names.at(-1) ?? '';
	return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${joint} ${last}`;
}

function helpOf({name}: CommandFacts): string {
	return `dynpk help ${name} tells more`;
}
