/**
 * The user's `--exclude` patterns, and the proof that each of them did something.
 *
 * A pattern is matched against the sysroot path, its last components, and (for libraries) the
 * soname. One that never matched is an error: it was a typing mistake or has gone stale.
 */
import picomatch from 'picomatch';
import {DynpkError} from '../errors/dynpk-error.js';

export interface Exclusions {
	/** Whether one of the patterns leaves this path or this soname out. */
	excludes(pathOrSoname: string): boolean;
	/** @throws {DynpkError} PATTERN_MATCHES_NOTHING naming every pattern that never matched. */
	assertAllUsed(): void;
}

/** @throws {DynpkError} USAGE for what is no pattern */
export function makeExclusions(patterns: readonly string[]): Exclusions {
	const rules = patterns.map(compile);
	const used = new Set<string>();
	return {
		excludes(subject) {
			const rule = rules.find(({whole, name}) => whole(subject) || name(subject));
			if (rule !== undefined) {
				used.add(rule.pattern);
			}

			return rule !== undefined;
		},
		assertAllUsed() {
			const unused = patterns.filter(pattern => !used.has(pattern));
			if (unused.length > 0) {
				throw new DynpkError(
					'PATTERN_MATCHES_NOTHING',
					`--exclude ${unused.join(', --exclude ')} matches nothing`,
					{hint: 'see what would be packed with --dry-run'},
				);
			}
		},
	};
}

/** Longer than any path that it could match. */
const LONGEST = 4096;

interface Rule {
	readonly pattern: string;
	readonly whole: (path: string) => boolean;
	readonly name: (path: string) => boolean;
}

function compile(pattern: string): Rule {
	if (pattern === '') {
		throw new DynpkError('USAGE', '--exclude: the pattern is empty');
	}

	if (pattern.length > LONGEST) {
		const shown = pattern.slice(0, 40);
		throw new DynpkError('USAGE', `--exclude ${shown}…: ${pattern.length} characters are too many`);
	}

	// A relative pattern counts from any directory: 'b/**/image.so' means '**/b/**/image.so'.
	const anchored = pattern.startsWith('/') ? pattern : `**/${pattern}`;
	const options = {dot: true, nonegate: true};
	return {pattern, whole: picomatch(anchored, options), name: picomatch(pattern, options)};
}
