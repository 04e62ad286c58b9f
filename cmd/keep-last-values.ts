/**
 * Of an option given twice the last one counts, as everywhere; those that may be repeated keep all.
 *
 * yargs makes a list of any option given twice; its own switch against that also drops all but the
 * last target and all but the last `--exclude`.
 */

/** Options that may be repeated; a test holds this to what the commands' help says. */
export const repeatable: ReadonlySet<string> = new Set([
	'_',
	'--',
	'targets',
	'words',
	'files',
	'with',
	'scan',
	'trace',
	'exclude',
	'verbatim',
	'allow',
	'allow-exec',
	'allowExec',
	'repo',
	'library-path',
	'libraryPath',
]);

export function keepLastValues(argv: Record<string, unknown>): void {
	for (const [name, value] of Object.entries(argv)) {
		if (Array.isArray(value) && !repeatable.has(name)) {
			argv[name] = value.at(-1);
		}
	}
}
