/**
 * What is the host's by nature, by a data file that says why: its use is no finding of the audit.
 *
 * The patterns become those of the audit's rules, which know no braces and take a directory for itself
 * alone.
 */
import hostByNature from './data/host-by-nature.json' with {type: 'json'};

export const hostPrograms: readonly string[] = patternsOf('program').flatMap(expandBraces);
/** As they are written, directories for themselves. */
export const hostFilePatterns: readonly string[] = patternsOf('file');
export const hostFiles: readonly string[] = withAllBelow(hostFilePatterns);

/** Each pattern of files or directories, for audit rules. */
export function withAllBelow(patterns: readonly string[]): string[] {
	return patterns
		.flatMap(expandBraces)
		.flatMap(pattern => (pattern.endsWith('*') ? [pattern] : [pattern, `${pattern}/**`]));
}

function patternsOf(kind: string): string[] {
	return hostByNature.flatMap(({what, paths}) => (what === kind ? paths : []));
}

/** `a{b,c}` is `ab` and `ac`; braces do not nest. */
function expandBraces(pattern: string): string[] {
	const [, before, choices, behind] = /^([^{]*)\{([^}]*)\}(.*)$/u.exec(pattern) ?? [];
	if (before === undefined || choices === undefined || behind === undefined) {
		return [pattern];
	}

	return choices.split(',').flatMap(choice => expandBraces(`${before}${choice}${behind}`));
}
