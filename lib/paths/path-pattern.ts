/**
 * Glob patterns of our own data files → one question a path, compiled when it is first asked.
 *
 * There are about a hundred such patterns, and an ordinary start asks about few of them. All of a rule's
 * are one regular expression: asking picomatch's own matchers one by one takes four times as long.
 */
import picomatch from 'picomatch';

export type PathPattern = (path: string) => boolean;

export interface PatternOptions {
	/** Whether wildcards stand for names that begin with a dot, too. */
	readonly dot?: boolean;
}

/** Whether one of the patterns is that of the whole path. */
export function pathPattern(
	patterns: string | readonly string[],
	{dot = false}: PatternOptions = {},
): PathPattern {
	let compiled: RegExp | undefined;
	return path => (compiled ??= compile([patterns].flat(), dot)).test(path);
}

function compile(patterns: readonly string[], dot: boolean): RegExp {
	const sources = patterns.map(pattern => picomatch.makeRe(pattern, {dot}).source);
	// Of no pattern: what matches nothing.
	return new RegExp(sources.length === 0 ? '(?!)' : sources.join('|'));
}
