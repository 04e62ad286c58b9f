/**
 * Walk DT_NEEDED the way ld.so does, and keep the reason for every step.
 *
 * Breadth first, because that is the order of glibc's link map (`_dl_map_object_deps`,
 * elf/dl-deps.c): whoever answers to a name first serves everyone who asks for it later. No file is
 * opened here; `search` does the looking. What follows the link map is what only some runs map:
 * auditors, variants for better processors, objects the program says it will dlopen, and those that
 * the C library and others are known to open.
 */
import type {DlopenNote, ElfObject} from '../elf/elf-object.js';
import type {LinkMapEntry, LoaderSearch} from '../loader/loader-search.js';
import {programOf} from '../loader/requester-paths.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Closure} from './closure.js';
import {followDlopenNotes} from './follow-dlopen-notes.js';
import {followHabits} from './follow-habits.js';
import {loadDependencies} from './load-dependencies.js';
import {openNamespace} from './open-namespace.js';
import {makeWalk, type Namespace, type Walk} from './walk.js';

export interface WalkOptions {
	/**
	 * The process the root is dlopened into: what is mapped there answers first, and its program's
	 * DT_RPATH counts. By default the root is a program, or listed as if it were one.
	 */
	readonly into?: Closure | undefined;
	/**
	 * Who asked for the root before anybody in this walk did: its DT_RPATH chain counts, and its
	 * program's.
	 */
	readonly loadedBy?: LinkMapEntry | undefined;
	/** Which dlopen notes to follow. Default: `required` and `recommended`. */
	readonly dlopenNotes?: readonly DlopenNote['priority'][] | undefined;
	/** Whether to follow what libraries are known to open. Default: no, since it reads every object again. */
	readonly habits?: boolean | undefined;
}

/**
 * Compute what ld.so would map for `root`, found at `path`, without running anything.
 *
 * @throws {DynpkError} ELF_INVALID when the root needs more objects than any program could.
 */
export function walkClosure(
	root: ElfObject,
	path: SysrootPath,
	search: LoaderSearch,
	options: WalkOptions = {},
): Closure {
	const {into, loadedBy, dlopenNotes = ['required', 'recommended'], habits = false} = options;
	const program = into?.linkMap[0] ?? (loadedBy && programOf(loadedBy));
	const entry: LinkMapEntry = Object.freeze({object: root, path, loader: loadedBy, program});
	const walk = makeWalk(search, program ?? entry);
	const namespace = openNamespace(walk, entry, into);
	const linkMap = loadDependencies(walk, namespace, entry);

	if (into === undefined && (root.audit ?? root.depAudit) !== undefined) {
		loadAuditors(walk, entry);
	}

	loadVariants(walk, namespace);
	followDlopenNotes(walk, namespace, linkMap, dlopenNotes);
	if (habits) {
		followHabits(walk, namespace, linkMap);
	}

	return Object.freeze({
		linkMap,
		further: walk.further,
		variants: walk.variants,
		interpreter: namespace.interpreter,
		edges: walk.edges,
		unresolved: walk.unresolved,
	});
}

/** DT_AUDIT and DT_DEPAUDIT of the program; each auditor has a namespace to itself. */
function loadAuditors(walk: Walk, program: LinkMapEntry): void {
	const {audit, depAudit} = program.object;
	const names = [audit, depAudit].flatMap(list => list?.split(':') ?? []);
	for (const needed of names.filter(name => name !== '')) {
		const namespace = openNamespace(walk, undefined, undefined);
		const how = {place: 'audit', severity: 'warning', isDlopened: true} as const;
		const auditor = walk.request({needed, from: program, namespace, ...how});
		if (auditor !== undefined) {
			for (const entry of loadDependencies(walk, namespace, auditor.entry)) {
				walk.further.push(entry);
			}
		}
	}
}

/** What a variant needs and its plain counterpart does not. */
function loadVariants(walk: Walk, namespace: Namespace): void {
	// Loading one may bring more, with variants of their own.
	for (const {entry} of walk.variants) {
		const [, ...needs] = loadDependencies(walk, namespace, entry);
		for (const entry of needs) {
			walk.further.push(entry);
		}
	}
}
