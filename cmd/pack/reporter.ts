/** Say on stderr what a user wants to know while and after packing; progress on a terminal only. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import {quote} from '../../lib/launcher/shell-quote.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';
import type {SessionDirectory} from '../../lib/walk/find-session-directories.js';

export interface Reporter {
	/** What is being done, for who waits; until something else is said. */
	step(what: string): void;
	/** Package managers that may change what is read, for who can still wait. */
	atWork(managers: readonly string[]): void;
	/** Those that did. */
	upgraded(managers: readonly string[]): void;
	findings(findings: readonly FindingRecord[]): void;
	/** What the user's session would have led programs to. */
	session(directories: readonly SessionDirectory[]): void;
	progress(
		plan: BundlePlan,
	): (progress: {readonly entries: number; readonly bytes: number}) => void;
	done(): void;
	/** How many files an archive has without their zeros. */
	sparse(count: number): void;
	/** What came of it, where somebody looks on. */
	packed(describe: () => readonly string[]): void;
}

/** Findings that a user can act on; the others are in the manifest for whoever looks. */
const worthSaying = new Set([
	'PACKAGES_UNREAD',
	'UNRESOLVED_REQUIRES',
	'NEEDED_MISSING',
	'NEEDED_EXCLUDED',
	'TARGET_NOT_LOADED',
	'NEEDED_BY_PATH',
	'PRIVATE_LEFT_OUT',
	'LOADER_NOT_ISOLATED',
	'PLUG_INS_ADDED',
	'LINKS_WITH_HOST',
	'REDIRECTED',
	'PREFIX_PART_LEFT_OUT',
	'PREFIX_LEFT_OUT',
	'EDITABLE_LEFT_OUT',
	'MODULES_LEFT_OUT',
	'DISTRIBUTION_LEFT_OUT',
	'DISTRIBUTION_MISSING',
	'NEIGHBOURS_LEFT_OUT',
	'PACKAGE_FILES_ABSENT',
	'NO_NATIVE_LAUNCHER',
	'VERSIONS_OF_UNNEEDED',
]);

/** Of these a directory may have any number: a line for the first of a kind. */
const saidOnce = new Set([
	'SET_ID_LEFT_OUT',
	'UNREADABLE_LEFT_OUT',
	'SPECIAL_FILE_LEFT_OUT',
	'FOREIGN_OBJECT',
	'SCRIPT_NOT_STARTED_HERE',
	'NEEDED_BY_SPARE_MISSING',
]);

/** What scripts call, or settings name, and does not travel: one line for all of a kind. */
const CALLED = 'CALLED_LEFT_OUT';
const NAMED = 'HELPER_LEFT_OUT';
const CALLS_SAID = 8;

/** What a trace saw of the user's own: one line, with an example for each reason. */
const PRIVATE = 'TRACE_PRIVATE_LEFT_OUT';

/** What is for building and does not travel: one line, too. */
const DEVELOPMENT = 'DEVELOPMENT_LEFT_OUT';
const DEVELOPMENT_SAID = 6;

/** What objects name by a path compiled in: one line, too. */
const SUSPECT = 'SUSPECT_LEFT_OUT';
const SUSPECTS_SAID = 3;

/** Of these a package may have many, and a set many packages: a line for each of the first few. */
const saidByPackage = new Set(['SCRIPTLET_NOT_RUN', 'ALTERNATIVE_UNREADABLE']);
const PACKAGES_SAID = 10;

const REFRESH = 64;

/** A line that a terminal folds is not taken back by `\r`. */
const STEP_WIDTH = 78;

export function makeReporter(options: {
	readonly quiet: boolean;
	readonly isTerminal: boolean;
}): Reporter {
	let shown = false;
	const isShowing = options.isTerminal && !options.quiet;
	return {
		step(what) {
			if (isShowing) {
				shown = true;
				process.stderr.write(`\r${sanitise(what).slice(0, STEP_WIDTH)}\u001b[K`);
			}
		},
		atWork(managers) {
			if (managers.length > 0 && isShowing) {
				say(
					`${managers.join(' and ')} is at work: what it changes meanwhile may be packed half old`,
				);
			}
		},
		upgraded(managers) {
			if (managers.length > 0 && !options.quiet) {
				const who = managers.join(' and ');
				say(
					`${who} changed packages while they were read: pack again, what is packed may be half old`,
				);
			}
		},
		findings(findings) {
			const said = findings.filter(({code}) => worthSaying.has(code));
			const lines = [
				...said.map(({path, message}) => `${path}: ${message}`),
				...[...saidOnce].flatMap(code => onceLines(findings.filter(found => found.code === code))),
				...leftLines(
					findings.filter(({code}) => code === CALLED),
					['scripts', 'call', '--commands packs them'],
				),
				...leftLines(
					findings.filter(({code}) => code === NAMED),
					['files', 'name', 'programs that are targets too travel along'],
				),
				...suspectLines(findings.filter(({code}) => code === SUSPECT)),
				...privateLines(findings.filter(({code}) => code === PRIVATE)),
				...developmentLines(findings.filter(({code}) => code === DEVELOPMENT)),
				...findings.filter(({code}) => code === 'LIBRARY_TWICE').map(copiesLine),
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
				if (isShowing && entries % REFRESH === 0) {
					shown = true;
					const size = (bytes / 1e6).toFixed(0);
					process.stderr.write(`\r${entries} of ${total} entries, ${size} MB\u001b[K`);
				}
			};
		},
		done() {
			if (shown) {
				shown = false;
				process.stderr.write('\r\u001b[K');
			}
		},
		sparse(count) {
			if (count > 0) {
				const files = count === 1 ? 'a sparse file' : `${count} sparse files`;
				say(
					`${files} stored without the zeros: GNU tar, bsdtar and dynpk read the archive, busybox's tar does not`,
				);
			}
		},
		packed(describe) {
			if (isShowing) {
				process.stderr.write(
					describe()
						.map(line => `dynpk: ${sanitise(line)}\n`)
						.join(''),
				);
			}
		},
	};
}

function say(line: string): void {
	process.stderr.write(`dynpk: ${sanitise(line)}\n`);
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
	[noun, verb, hint]: readonly [noun: string, verb: string, hint: string],
): readonly string[] {
	const [first] = findings;
	if (first === undefined) {
		return [];
	}

	const programs = [...new Set(findings.map(({message}) => leftProgram(message)))];
	const said = programs.slice(0, CALLS_SAID).join(', ');
	const more = programs.length > CALLS_SAID ? ` and ${programs.length - CALLS_SAID} more` : '';
	const files = new Set(findings.map(({path}) => path)).size;
	const who =
		files === 1 ? `${first.path} ${verb}s` : `${first.path} and ${files - 1} more ${noun} ${verb}`;
	return [`${who} ${said}${more}: not packed; ${hint}`];
}

/** `calls git (/usr/bin/git, deb:git)`: the name, with the package where that is called otherwise. */
function leftProgram(message: string): string {
	const {name = '', owner} =
		/^\S+ (?<name>\S+)(?: \([^,)]*(?:, (?<owner>[^)]*))?\))?/u.exec(message)?.groups ?? {};
	return owner === undefined || owner.endsWith(`:${name}`) ? name : `${name} (${owner})`;
}

function suspectLines(findings: readonly FindingRecord[]): readonly string[] {
	const [first, ...others] = findings;
	if (first === undefined) {
		return [];
	}

	const said = findings.slice(0, SUSPECTS_SAID).map(({path}) => path);
	const more = findings.length > SUSPECTS_SAID ? ', …' : '';
	const rest = 'dynpk inspect --suspects tells where';
	return others.length === 0
		? [`${first.path}, which a program names, stays behind; --suspected packs it, ${rest}`]
		: [
				`${findings.length} files or directories that programs name stay behind (${said.join(', ')}${more}); --suspected packs them, ${rest}`,
			];
}

function privateLines(findings: readonly FindingRecord[]): readonly string[] {
	const paths = new Map<string, string[]>();
	for (const {path, message} of findings) {
		const reason = /because it (?<reason>[^;]*)/u.exec(message)?.groups?.reason ?? message;
		paths.set(reason, [...(paths.get(reason) ?? []), path]);
	}

	const groups = [...paths].map(([reason, [first = '', ...others]]) => {
		const more = others.length === 0 ? '' : ` and ${others.length} more`;
		return `${first}${more} (${reason})`;
	});
	return findings.length === 0
		? []
		: [`of the traced run stays behind: ${groups.join('; ')}; --with takes a file along`];
}

function developmentLines(findings: readonly FindingRecord[]): readonly string[] {
	if (findings.length === 0) {
		return [];
	}

	const packages = findings.map(({path}) => path);
	const said = packages.slice(0, DEVELOPMENT_SAID).join(' ');
	const more = packages.length - DEVELOPMENT_SAID;
	const rest = more > 0 ? ` and ${more} more` : '';
	return [
		`packages for building stay behind: ${said}${rest}; as targets they travel, too (--why tells who asks for one)`,
	];
}

/** Which copies, by the ends of their paths; whoever wants to know who asks for each, inspects. */
function copiesLine({message}: FindingRecord): string {
	const copies = message
		.replaceAll(/ \(for .*?\)(?=, |$)/gu, '')
		.replaceAll(/\/\S*?(?<end>[^/\s]+\/[^/\s]+)(?=, |$)/gu, '$<end>');
	return `${copies} (dynpk inspect tells for whom)`;
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
