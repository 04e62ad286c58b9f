/**
 * Lay the payload out below `root/`: launchers in the place of programs and scripts, links as they
 * were, libraries as links to where the loader finds them.
 *
 * A program's own file stays in its directory under a hidden name, so that `$ORIGIN` and everything
 * a program derives from its directory hold. A script's own file keeps its name, because `$0` shows
 * it, and moves to a twin of its directory, in which every neighbour can still be reached.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {isOfRunningHost} from '../inputs/host-directories.js';
import type {Payload, PayloadEntry, PayloadFile, PayloadLink, Reason} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import {
	bundlePath,
	payloadPath,
	sysrootPath,
	type BundlePath,
	type SysrootPath,
} from '../paths/paths.js';
import type {CopiedContent, Operation, Origin} from './bundle-plan.js';
import {layOutTwins} from './lay-out-twins.js';

/** How each file of the payload is carried. */
export type Carriage =
	/** As it is. */
	| {readonly kind: 'plain'}
	/** The bundled loader's copy stands elsewhere; here is a link to it. */
	| {readonly kind: 'moved'; readonly to: BundlePath}
	/** What stands in its place is not made from the payload alone. */
	| {readonly kind: 'replaced'}
	/** Moved aside; a launcher takes its place. */
	| {readonly kind: 'launched'; readonly program: BundlePath};

export interface PayloadLayout {
	readonly operations: readonly Operation[];
	/** Links that lead out of everything that is carried. */
	readonly dropped: readonly PayloadLink[];
}

/** Where a dynamic program's own file lies: beside its launcher. */
export function programHome(path: SysrootPath): BundlePath {
	const place = payloadPath(path);
	return bundlePath(posix.join(posix.dirname(place), `.${posix.basename(place)}.dynpk`));
}

/** Where the own file of a script or a static program lies: in the twin of its directory, under its own name. */
export function twinHome(path: SysrootPath): BundlePath {
	const place = payloadPath(path);
	return bundlePath(posix.join(`${posix.dirname(place)}.dynpk`, posix.basename(place)));
}

export function layOutPayload(
	payload: Payload,
	carriage: (file: PayloadFile) => Carriage,
): PayloadLayout {
	const operations: Operation[] = [];
	const dropped: PayloadLink[] = [];
	const copied = new Map<string, BundlePath>();
	const inTwins = new Set<SysrootPath>();
	for (const entry of payload.entries) {
		switch (entry.kind) {
			case 'directory':
				operations.push({
					kind: 'directory',
					path: payloadPath(entry.path),
					mode: entry.mode,
					reason: describeReason(entry.reason),
				});
				break;
			case 'symlink': {
				const link = layOutLink(entry);
				if (link === undefined) {
					dropped.push(entry);
				} else {
					operations.push(link);
				}

				break;
			}

			case 'file':
				operations.push(...layOutFile(entry, carriage(entry), copied));
				if (isInTwin(entry, carriage(entry))) {
					inTwins.add(entry.path);
				}
		}
	}

	return {operations: [...operations, ...layOutTwins(payload, inTwins)], dropped};
}

function layOutFile(
	file: PayloadFile,
	carriage: Carriage,
	copied: Map<string, BundlePath>,
): Operation[] {
	const place = payloadPath(file.path);
	if (carriage.kind === 'replaced') {
		return [];
	}

	if (carriage.kind === 'moved') {
		const target = posix.relative(posix.dirname(place), carriage.to);
		return [{kind: 'symlink', path: place, target, ...origin(file)}];
	}

	const path = carriage.kind === 'launched' ? carriage.program : place;
	const earlier = copied.get(file.fileId);
	if (earlier !== undefined) {
		return [{kind: 'hardlink', path, target: earlier, ...origin(file)}];
	}

	const kind = contentKind(file, path);
	if (kind !== 'venv-configuration') {
		copied.set(file.fileId, path);
	}

	// A program beside its launcher must not be started by accident: it would use the host's loader.
	const mode =
		carriage.kind === 'launched' && file.content.kind === 'elf' && hasInterpreter(file.content)
			? file.mode & ~0o111
			: file.mode;
	return [
		{
			kind: 'file',
			path,
			mode: mode | 0o400,
			content: {kind, from: file.hostPath, size: file.size},
			...origin(file),
		},
	];
}

function hasInterpreter({object}: {readonly object: ElfObject}): boolean {
	return object.interpreter !== undefined;
}

/** A handful of lines. */
const CONFIGURATION_LIMIT = 1 << 16;

/** Larger ones are no modules. */
const COMPILED_LIMIT = 32 << 20;

function contentKind({path, size}: PayloadFile, place: BundlePath): CopiedContent['kind'] {
	if (posix.basename(place) === 'pyvenv.cfg' && size <= CONFIGURATION_LIMIT) {
		return 'venv-configuration';
	}

	const isCompiled = /\/__pycache__\/[^/]+\.pyc$/u.test(path) && size <= COMPILED_LIMIT;
	return isCompiled ? 'compiled-python' : 'copied';
}

/** `undefined` for a link that leads to the running host and so cannot be carried. */
function layOutLink(link: PayloadLink): Operation | undefined {
	const directory = posix.dirname(link.path);
	const target = sysrootPath(posix.resolve(directory, link.target));
	if (isOfRunningHost(target)) {
		return undefined;
	}

	// Rewritten only where it has to be: an absolute text, or one that relies on `/..` being `/`.
	const climbs = posix.join(directory.slice(1), link.target).startsWith('..');
	const text =
		link.target.startsWith('/') || climbs ? posix.relative(directory, target) || '.' : link.target;
	return {kind: 'symlink', path: payloadPath(link.path), target: text, ...origin(link)};
}

/** Whether its own file lies in the twin of its directory. */
function isInTwin({path}: PayloadFile, carriage: Carriage): boolean {
	return carriage.kind === 'launched' && carriage.program === twinHome(path);
}

function origin(entry: PayloadEntry): Origin & Pick<Operation, 'reason'> {
	return {
		source: entry.path,
		package: entry.package === undefined ? undefined : packageId(entry.package),
		reason: describeReason(entry.reason),
	};
}

export function describeReason(reason: Reason): string {
	switch (reason.kind) {
		case 'target':
			return 'target';
		case 'with':
			return '--with';
		case 'scan':
			return `--scan ${reason.directory}`;
		case 'package':
			return reason.neededBy === undefined
				? `package ${reason.package}`
				: `package ${reason.package}, needed by ${reason.neededBy}`;
		case 'generated':
			return `package ${reason.package}, made when it was installed`;
		case 'trace':
			return `trace: ${reason.seen}`;
		case 'link':
			return `target of the link ${reason.from}`;
		case 'interpreter':
			return `interpreter of ${reason.of}`;
		case 'companion':
			return `companion of ${reason.of}`;
		case 'plug-in':
			return `plug-in of ${reason.of}`;
		case 'alternative':
			return `alternative ${reason.name}`;
	}
}
