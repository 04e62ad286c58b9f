/**
 * Boolean ("rich") dependencies such as `(a >= 2 or (b with c))`, parsed into a tree.
 *
 * Grammar and restrictions are those of rpm's `docs/manual/boolean_dependencies.md`: operands are
 * plain dependencies or expressions in parentheses; only `and`, `or` and `with` chain.
 */
import {parseEvr, type Relation, type VersionRange} from './evr.js';

export interface SimpleDependency {
	readonly kind: 'simple';
	readonly name: string;
	/** Absent: any version. */
	readonly range: VersionRange | undefined;
}

export interface AllDependency {
	/** `with`: all operands met by one and the same package. */
	readonly kind: 'and' | 'or' | 'with';
	readonly operands: readonly RichDependency[];
}

export interface WithoutDependency {
	readonly kind: 'without';
	readonly operand: RichDependency;
	readonly excluded: RichDependency;
}

export interface ConditionalDependency {
	/** `if`: `then` where `condition` holds; `unless`: `then` where it does not. */
	readonly kind: 'if' | 'unless';
	readonly then: RichDependency;
	readonly condition: RichDependency;
	readonly otherwise: RichDependency | undefined;
}

export type RichDependency =
	SimpleDependency | AllDependency | WithoutDependency | ConditionalDependency;

/** Deep enough for any package, shallow enough for any stack. */
const MAX_DEPTH = 64;

const relations: Readonly<Record<string, Relation>> = {
	'<': '<',
	'<=': '<=',
	'=': '=',
	'==': '=',
	'>=': '>=',
	'>': '>',
};

/** Parse one expression; `undefined` when it is malformed. */
export function parseRichDependency(text: string): RichDependency | undefined {
	const words = splitWords(text);
	const reader = {words, position: 0};
	const parsed = words[0] === '(' ? readExpression(reader, 0) : undefined;
	return reader.position === words.length ? parsed : undefined;
}

interface WordReader {
	readonly words: readonly string[];
	position: number;
}

/**
 * Parentheses belong to a name when they follow it directly: `libc.so.6()(64bit)` is one word.
 */
function splitWords(text: string): readonly string[] {
	const words: string[] = [];
	let position = 0;
	while (position < text.length) {
		const character = text.charAt(position);
		if (/\s/u.test(character)) {
			position++;
		} else if (character === '(' || character === ')') {
			words.push(character);
			position++;
		} else {
			const end = endOfWord(text, position);
			words.push(text.slice(position, end));
			position = end;
		}
	}

	return words;
}

function endOfWord(text: string, from: number): number {
	let open = 0;
	let position = from;
	for (; position < text.length; position++) {
		const character = text.charAt(position);
		if (/\s/u.test(character) || (character === ')' && open === 0)) {
			break;
		}

		open += character === '(' ? 1 : character === ')' ? -1 : 0;
	}

	return position;
}

function readExpression(reader: WordReader, depth: number): RichDependency | undefined {
	if (depth > MAX_DEPTH || next(reader) !== '(') {
		return undefined;
	}

	const first = readOperand(reader, depth);
	if (first === undefined) {
		return undefined;
	}

	const operator = next(reader);
	switch (operator) {
		case ')':
			return first;
		case 'and':
		case 'or':
		case 'with':
			return readChain(reader, depth, operator, first);
		case 'without': {
			const excluded = readOperand(reader, depth);
			return excluded !== undefined && next(reader) === ')'
				? {kind: 'without', operand: first, excluded}
				: undefined;
		}

		case 'if':
		case 'unless':
			return readConditional(reader, depth, operator, first);
		default:
			return undefined;
	}
}

function readChain(
	reader: WordReader,
	depth: number,
	kind: 'and' | 'or' | 'with',
	first: RichDependency,
): RichDependency | undefined {
	const operands = [first];
	for (;;) {
		const operand = readOperand(reader, depth);
		if (operand === undefined) {
			return undefined;
		}

		operands.push(operand);
		const word = next(reader);
		if (word === ')') {
			return {kind, operands};
		}

		if (word !== kind) {
			return undefined;
		}
	}
}

function readConditional(
	reader: WordReader,
	depth: number,
	kind: 'if' | 'unless',
	then: RichDependency,
): RichDependency | undefined {
	const condition = readOperand(reader, depth);
	if (condition === undefined) {
		return undefined;
	}

	const word = next(reader);
	if (word === ')') {
		return {kind, then, condition, otherwise: undefined};
	}

	const otherwise = word === 'else' ? readOperand(reader, depth) : undefined;
	return otherwise !== undefined && next(reader) === ')'
		? {kind, then, condition, otherwise}
		: undefined;
}

function readOperand(reader: WordReader, depth: number): RichDependency | undefined {
	if (reader.words[reader.position] === '(') {
		return readExpression(reader, depth + 1);
	}

	const name = next(reader);
	if (name === undefined || name === ')') {
		return undefined;
	}

	const relation = relations[reader.words[reader.position] ?? ''];
	if (relation === undefined) {
		return {kind: 'simple', name, range: undefined};
	}

	reader.position++;
	const version = next(reader);
	return version === undefined || version === ')' || version === '('
		? undefined
		: {kind: 'simple', name, range: {relation, evr: parseEvr(version)}};
}

function next(reader: WordReader): string | undefined {
	return reader.words[reader.position++];
}
