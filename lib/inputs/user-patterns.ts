/**
 * Patterns of files that the user typed, and the proof that each of them did something.
 *
 * A pattern is matched against the sysroot path, its last components, and (for libraries) the soname. One
 * that never matched is an error: it was a typing mistake or has gone stale.
 */
import picomatch from 'picomatch';
import {DynpkError} from '../errors/dynpk-error.js';

export interface UserPattern {
	readonly pattern: string;
	readonly matches: (pathOrSoname: string) => boolean;
}

/** Files that travel as they are, whatever is in them. */
export interface Verbatim {
	readonly holds: (path: string) => boolean;
	/** @throws {DynpkError} PATTERN_MATCHES_NOTHING */
	readonly assertAllUsed: () => void;
}

/** @throws {DynpkError} USAGE for what is no pattern */
export function makeVerbatim(patterns: readonly string[]): Verbatim {
	const rules = patterns.map(pattern => compilePattern('--verbatim', pattern));
	const used = new Set<string>();
	return {
		holds(path) {
			const rule = rules.find(({matches}) => matches(path));
			if (rule !== undefined) {
				used.add(rule.pattern);
			}

			return rule !== undefined;
		},
		assertAllUsed: () => assertUsed('--verbatim', patterns, used),
	};
}

/** Longer than any path that it could match. */
const LONGEST = 4096;

/** @throws {DynpkError} USAGE, naming the option */
export function compilePattern(option: string, pattern: string): UserPattern {
	if (pattern === '') {
		throw new DynpkError('USAGE', `${option}: the pattern is empty`);
	}

	if (pattern.length > LONGEST) {
		const shown = pattern.slice(0, 40);
		throw new DynpkError('USAGE', `${option} ${shown}…: ${pattern.length} characters are too many`);
	}

	// A relative pattern counts from any directory: 'b/**/image.so' means '**/b/**/image.so'.
	const anchored = pattern.startsWith('/') ? pattern : `**/${pattern}`;
	const options = {dot: true, nonegate: true};
	const whole = picomatch(anchored, options);
	const name = picomatch(pattern, options);
	return {pattern, matches: subject => whole(subject) || name(subject)};
}

/** @throws {DynpkError} PATTERN_MATCHES_NOTHING naming every pattern that never matched */
export function assertUsed(
	option: string,
	patterns: readonly string[],
	used: ReadonlySet<string>,
): void {
	const unused = patterns.filter(pattern => !used.has(pattern));
	if (unused.length > 0) {
		throw new DynpkError(
			'PATTERN_MATCHES_NOTHING',
			`${option} ${unused.join(`, ${option} `)} matches nothing`,
			{hint: 'see what would be packed with --dry-run'},
		);
	}
}
