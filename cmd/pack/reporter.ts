/** Say on stderr what a user wants to know while and after packing; progress on a terminal only. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import {quote} from '../../lib/launcher/shell-quote.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';
import type {SessionDirectory} from '../../lib/walk/find-session-directories.js';

export interface Reporter {
	findings(findings: readonly FindingRecord[]): void;
	/** What the user's session would have led programs to. */
	session(directories: readonly SessionDirectory[]): void;
	progress(
		plan: BundlePlan,
	): (progress: {readonly entries: number; readonly bytes: number}) => void;
	done(): void;
}

/** Findings that a user can act on; the others are in the manifest for whoever looks. */
const worthSaying = new Set([
	'PACKAGES_UNREAD',
	'SET_ID_LEFT_OUT',
	'UNREADABLE_LEFT_OUT',
	'SPECIAL_FILE_LEFT_OUT',
	'SCRIPT_NOT_STARTED_HERE',
	'UNRESOLVED_REQUIRES',
	'NEEDED_MISSING',
	'NEEDED_EXCLUDED',
	'TARGET_NOT_LOADED',
	'NEEDED_BY_PATH',
	'TRACE_PRIVATE_LEFT_OUT',
	'PRIVATE_LEFT_OUT',
	'LOADER_NOT_ISOLATED',
	'PLUG_INS_ADDED',
	'LINKS_WITH_HOST',
	'NO_NATIVE_LAUNCHER',
	'LIBRARY_TWICE',
	'VERSIONS_OF_UNNEEDED',
]);

/** Of these a directory may have any number: a line for the first. */
const saidOnce = new Set(['FOREIGN_OBJECT']);

/** What scripts call, or settings name, and does not travel: one line for all of a kind. */
const CALLED = 'CALLED_LEFT_OUT';
const NAMED = 'HELPER_LEFT_OUT';
const CALLS_SAID = 8;

/** Of these a package may have many, and a set many packages: a line for each of the first few. */
const saidByPackage = new Set(['SCRIPTLET_NOT_RUN', 'ALTERNATIVE_UNREADABLE']);
const PACKAGES_SAID = 10;

const REFRESH = 64;

export function makeReporter(options: {
	readonly quiet: boolean;
	readonly isTerminal: boolean;
}): Reporter {
	let shown = false;
	return {
		findings(findings) {
			const said = findings.filter(({code}) => worthSaying.has(code));
			const lines = [
				...said.map(({path, message}) => `${path}: ${message}`),
				...onceLines(findings.filter(({code}) => saidOnce.has(code))),
				...leftLines(
					findings.filter(({code}) => code === CALLED),
					['scripts', 'call'],
				),
				...leftLines(
					findings.filter(({code}) => code === NAMED),
					['files', 'name'],
				),
				...packageLines(findings.filter(({code}) => saidByPackage.has(code))),
			];
			if (!options.quiet) {
				process.stderr.write(lines.map(line => `dynpk: ${sanitise(line)}\n`).join(''));
			}
		},
		session(directories) {
			if (directories.length > 0 && !options.quiet) {
				process.stderr.write(`dynpk: ${sanitise(sessionLine(directories))}\n`);
			}
		},
		progress(plan) {
			const total = plan.operations.length;
			return ({entries, bytes}) => {
				if (options.isTerminal && !options.quiet && entries % REFRESH === 0) {
					shown = true;
					const size = (bytes / 1e6).toFixed(0);
					process.stderr.write(`\r${entries} of ${total} entries, ${size} MB\u001b[K`);
				}
			};
		},
		done() {
			if (shown) {
				process.stderr.write('\r\u001b[K');
			}
		},
	};
}

function sessionLine(directories: readonly SessionDirectory[]): string {
	const variables = new Map<string, SessionDirectory[]>();
	for (const directory of directories) {
		variables.set(directory.variable, [...(variables.get(directory.variable) ?? []), directory]);
	}

	const named = [...variables].map(([variable, found]) => {
		const paths = found.map(({path}) => path).join(', ');
		return `${variable} (${paths}, for ${found[0]?.reader ?? ''})`;
	});
	const options = [...new Set(directories.map(({path}) => `--with ${quote(path)}`))].join(' ');
	return `what this session names stays behind: ${named.join(', ')}; ${options} takes it along`;
}

function onceLines(findings: readonly FindingRecord[]): readonly string[] {
	const [first, ...others] = findings;
	const more = others.length === 0 ? '' : ` (and ${others.length} more such)`;
	return first === undefined ? [] : [`${first.path}: ${first.message}${more}`];
}

function leftLines(
	findings: readonly FindingRecord[],
	[noun, verb]: readonly [string, string],
): readonly string[] {
	const [first] = findings;
	if (first === undefined) {
		return [];
	}

	const programs = [...new Set(findings.map(({message}) => message.split(' ')[1] ?? ''))];
	const said = programs.slice(0, CALLS_SAID).join(', ');
	const more = programs.length > CALLS_SAID ? ` and ${programs.length - CALLS_SAID} more` : '';
	const files = new Set(findings.map(({path}) => path)).size;
	const who =
		files === 1 ? `${first.path} ${verb}s` : `${first.path} and ${files - 1} more ${noun} ${verb}`;
	return [`${who} ${said}${more}: not packed; programs that are targets too travel along`];
}

function packageLines(findings: readonly FindingRecord[]): readonly string[] {
	const messages = new Map<string, string[]>();
	for (const {path, message} of findings) {
		const known = messages.get(path) ?? [];
		known.push(message);
		messages.set(path, known);
	}

	const lines = [...messages].map(([owner, [first = '', ...others]]) => {
		const more = others.length === 0 ? '' : ` (and ${others.length} more such)`;
		return `${owner} ${first}${more}`;
	});
	const rest = lines.length - PACKAGES_SAID;
	return rest > 0
		? [...lines.slice(0, PACKAGES_SAID), `${rest} more packages have scriptlets that were not run`]
		: lines;
}
