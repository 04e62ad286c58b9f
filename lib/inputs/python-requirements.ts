/**
 * What a distribution of Python needs, by the `Requires-Dist` lines of its METADATA (core metadata 2.1), and
 * whether such a line holds for a Python of some version on Linux (dependency specifiers, PEP 508).
 *
 * A marker is decided as far as it speaks of extras, of the version and of the system; whatever else it
 * says may be true or not, and is `undefined`.
 */

export interface Requirement {
	/** In the one spelling that all others mean. */
	readonly name: string;
	/** Of what is needed, in that spelling too. */
	readonly extras: readonly string[];
	/** `undefined` where it always holds. */
	readonly marker: string | undefined;
}

/** A Python, and the extra that a distribution is asked for. */
export interface MarkerFacts {
	/** Such as `3.11`. */
	readonly version: string;
	readonly extra: string | undefined;
}

/** Yes, no, or not to be known here. */
type Truth = boolean | undefined;

/** `Foo.Bar_baz` is `foo-bar-baz` (PEP 503). */
export function normalName(name: string): string {
	return name.replaceAll(/[-_.]+/gu, '-').toLowerCase();
}

/** Of the header of a METADATA; what is no requirement by these rules, nobody could install. */
export function readRequirements(metadata: string): readonly Requirement[] {
	const [header = ''] = metadata.replaceAll('\r\n', '\n').split('\n\n', 1);
	return [...header.matchAll(/^requires-dist:(?<text>.*)$/gimu)].flatMap(
		({groups}) => parse(groups?.text ?? '') ?? [],
	);
}

function parse(text: string): Requirement | undefined {
	const match =
		/^\s*(?<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[(?<extras>[^\]]*)\])?(?<rest>.*)$/u.exec(
			text,
		)?.groups;
	if (match?.name === undefined) {
		return undefined;
	}

	// Behind a URL a semicolon is part of it, unless a blank comes before.
	const rest = match.rest ?? '';
	const marker = (/^\s*@/u.test(rest) ? /\s;(?<marker>.*)$/u : /;(?<marker>.*)$/u).exec(rest);
	return {
		name: normalName(match.name),
		extras: (match.extras ?? '')
			.split(',')
			.map(extra => normalName(extra.trim()))
			.filter(extra => extra !== ''),
		marker: marker?.groups?.marker,
	};
}

/** A longer one is none that anybody wrote. */
const MARKER_LIMIT = 2000;

/** Whether a requirement holds; `undefined` where its marker asks what is not known here. */
export function holds({marker}: Requirement, facts: MarkerFacts): Truth {
	if (marker === undefined) {
		return true;
	}

	const tokens = marker.length > MARKER_LIMIT ? undefined : tokensOf(marker);
	if (tokens === undefined) {
		return undefined;
	}

	const reader: Reader = {tokens, facts, at: 0};
	const truth = readAny(reader);
	return reader.at === tokens.length ? truth : undefined;
}

interface Token {
	readonly kind: 'text' | 'word' | 'operator' | 'bracket';
	readonly text: string;
}

interface Reader {
	readonly tokens: readonly Token[];
	readonly facts: MarkerFacts;
	at: number;
}

const TOKEN =
	/\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<operator>===|[=!<>~]=|[<>]|(?:not\s+)?in\b)|(?<word>[\w.]+)|(?<bracket>[()]))\s*/uy;

function tokensOf(text: string): readonly Token[] | undefined {
	const tokens: Token[] = [];
	const scanner = new RegExp(TOKEN);
	while (scanner.lastIndex < text.length) {
		const groups = scanner.exec(text)?.groups;
		if (groups === undefined) {
			return undefined;
		}

		const {double, single, operator, word, bracket} = groups;
		const quoted = double ?? single;
		if (quoted !== undefined) {
			tokens.push({kind: 'text', text: quoted});
		} else if (operator !== undefined) {
			tokens.push({kind: 'operator', text: operator.replace(/\s+/u, ' ')});
		} else if (word !== undefined) {
			tokens.push({kind: 'word', text: word});
		} else {
			tokens.push({kind: 'bracket', text: bracket ?? ''});
		}
	}

	return tokens;
}

/** Alternatives, each of conditions that all have to hold. */
function readAny(reader: Reader): Truth {
	let truth = readAll(reader);
	while (isNext(reader, 'or')) {
		reader.at++;
		const other = readAll(reader);
		truth = truth === true || other === true ? true : truth === false ? other : undefined;
	}

	return truth;
}

function readAll(reader: Reader): Truth {
	let truth = readOne(reader);
	while (isNext(reader, 'and')) {
		reader.at++;
		const other = readOne(reader);
		truth = truth === false || other === false ? false : truth === true ? other : undefined;
	}

	return truth;
}

function readOne(reader: Reader): Truth {
	if (isNext(reader, '(')) {
		reader.at++;
		const truth = readAny(reader);
		reader.at++;
		return truth;
	}

	const [left, operator, right] = reader.tokens.slice(reader.at, reader.at + 3);
	reader.at += 3;
	return left?.kind === 'word' && operator?.kind === 'operator' && right?.kind === 'text'
		? compare(left.text, operator.text, right.text, reader.facts)
		: undefined;
}

function isNext({tokens, at}: Reader, text: string): boolean {
	const token = tokens[at];
	return token !== undefined && token.kind !== 'text' && token.text === text;
}

const system: Readonly<Record<string, string>> = {
	os_name: 'posix',
	sys_platform: 'linux',
	platform_system: 'Linux',
};

function compare(variable: string, operator: string, text: string, facts: MarkerFacts): Truth {
	if (variable === 'extra') {
		const isAsked = facts.extra === normalName(text);
		return operator === '==' ? isAsked : operator === '!=' ? !isAsked : undefined;
	}

	if (variable === 'python_version') {
		return compareVersions(facts.version, operator, text);
	}

	const value = system[variable];
	return value === undefined ? undefined : compareTexts(value, operator, text);
}

function compareTexts(value: string, operator: string, text: string): Truth {
	switch (operator) {
		case '==':
		case '===':
			return value === text;
		case '!=':
			return value !== text;
		case 'in':
			return text.includes(value);
		case 'not in':
			return !text.includes(value);
		default:
			return undefined;
	}
}

function compareVersions(version: string, operator: string, text: string): Truth {
	if (!/^\d{1,9}(?:\.\d{1,9})*$/u.test(text)) {
		return compareTexts(version, operator === 'in' || operator === 'not in' ? operator : '', text);
	}

	const [own, other] = [version, text].map(name => name.split('.').map(Number));
	const length = Math.max(own?.length ?? 0, other?.length ?? 0);
	const differences = Array.from({length}, (_, at) => (own?.[at] ?? 0) - (other?.[at] ?? 0));
	const order = differences.find(difference => difference !== 0) ?? 0;
	switch (operator) {
		case '==':
			return order === 0;
		case '!=':
			return order !== 0;
		case '<':
			return order < 0;
		case '<=':
			return order <= 0;
		case '>':
			return order > 0;
		case '>=':
			return order >= 0;
		case 'in':
		case 'not in':
			return compareTexts(version, operator, text);
		default:
			return undefined;
	}
}
