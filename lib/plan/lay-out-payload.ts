/**
 * Lay the payload out below `root/`: launchers in the place of programs and scripts, links as they
 * were, libraries as links to where the loader finds them.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {isOfRunningHost} from '../inputs/host-directories.js';
import type {Payload, PayloadFile, PayloadLink} from '../inputs/payload.js';
import type {LaunchSpec} from '../launcher/launch-spec.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {payloadPath, sysrootPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {Operation, PlannedContent} from './bundle-plan.js';
import {originOf} from './describe-origin.js';
import {twinHome} from './homes.js';
import {appendixOf} from './installers.js';
import {layOutTwins} from './lay-out-twins.js';
import {isSelfReading} from './launcher-operations.js';

export interface LayoutFacts {
	readonly payload: Payload;
	readonly launches: readonly LaunchSpec[];
	/** Where every object has its bytes, by file id. */
	readonly homes: ReadonlyMap<string, BundlePath>;
}

export interface PayloadLayout {
	readonly operations: readonly Operation[];
	/** Links that lead out of everything that is carried. */
	readonly findings: readonly FindingRecord[];
}

export function layOutPayload({payload, launches, homes}: LayoutFacts): PayloadLayout {
	const launched = new Map<BundlePath, LaunchSpec>(
		launches.map(launch => [launch.launcher, launch]),
	);
	const operations: Operation[] = [];
	const findings: FindingRecord[] = [];
	const copied = new Map<string, BundlePath>();
	const inTwins = new Set<SysrootPath>();
	for (const entry of payload.entries) {
		const path = payloadPath(entry.path);
		switch (entry.kind) {
			case 'directory': {
				const {reason} = originOf(entry);
				operations.push({kind: 'directory', path, mode: entry.mode, reason});
				break;
			}

			case 'symlink': {
				const target = linkText(entry);
				if (target === undefined) {
					findings.push(linkToHost(entry));
				} else {
					operations.push({kind: 'symlink', path, target, ...originOf(entry)});
				}

				break;
			}

			case 'file': {
				const carriage = carriageOf(entry, launched.get(path), homes);
				operations.push(...layOutFile(entry, carriage, copied));
				if (carriage.kind === 'launched' && carriage.program === twinHome(entry.path)) {
					inTwins.add(entry.path);
				}
			}
		}
	}

	return {operations: [...operations, ...layOutTwins(payload, inTwins)], findings};
}

/** How a file of the payload is carried. */
type Carriage =
	/** As it is. */
	| {readonly kind: 'plain'}
	/** The bundled loader's copy stands elsewhere; here is a link to it. */
	| {readonly kind: 'moved'; readonly to: BundlePath}
	/** What stands in its place is not made from the payload alone. */
	| {readonly kind: 'replaced'}
	/** Moved aside; a launcher takes its place. */
	| {readonly kind: 'launched'; readonly program: BundlePath};

function carriageOf(
	{path, fileId, content}: PayloadFile,
	launch: LaunchSpec | undefined,
	homes: ReadonlyMap<string, BundlePath>,
): Carriage {
	if (launch !== undefined) {
		return isSelfReading(launch) ? {kind: 'replaced'} : {kind: 'launched', program: launch.program};
	}

	const home = content.kind === 'elf' ? homes.get(fileId) : undefined;
	return home === undefined || home === payloadPath(path) || home.startsWith('root/')
		? {kind: 'plain'}
		: {kind: 'moved', to: home};
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
		return [{kind: 'symlink', path: place, target, ...originOf(file)}];
	}

	const path = carriage.kind === 'launched' ? carriage.program : place;
	const earlier = copied.get(file.fileId);
	if (earlier !== undefined) {
		return [{kind: 'hardlink', path, target: earlier, ...originOf(file)}];
	}

	const content = contentOf(file, path);
	if (content.kind === 'copied' || content.kind === 'compiled-python') {
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
			content,
			...originOf(file),
		},
	];
}

function hasInterpreter({object}: {readonly object: ElfObject}): boolean {
	return object.interpreter !== undefined;
}

/** A handful of lines. */
const CONFIGURATION_LIMIT = 1 << 16;

/** The largest, perl's of today, has 56 KB. */
const APPENDED_LIMIT = 1 << 20;

/** Larger ones are no modules. */
const COMPILED_LIMIT = 32 << 20;

function contentOf({path, size, hostPath: from}: PayloadFile, place: BundlePath): PlannedContent {
	if (posix.basename(place) === 'pyvenv.cfg' && size <= CONFIGURATION_LIMIT) {
		return {kind: 'venv-configuration', from, size};
	}

	const text = size <= APPENDED_LIMIT ? appendixOf(path) : undefined;
	if (text !== undefined) {
		return {kind: 'appended', text, from, size};
	}

	const isCompiled = /\/__pycache__\/[^/]+\.pyc$/u.test(path) && size <= COMPILED_LIMIT;
	return {kind: isCompiled ? 'compiled-python' : 'copied', from, size};
}

/** `undefined` for a link that leads to the running host and so cannot be carried. */
function linkText(link: PayloadLink): string | undefined {
	const directory = posix.dirname(link.path);
	const target = sysrootPath(posix.resolve(directory, link.target));
	if (isOfRunningHost(target)) {
		return undefined;
	}

	// Rewritten only where it has to be: an absolute text, or one that relies on `/..` being `/`.
	const climbs = posix.join(directory.slice(1), link.target).startsWith('..');
	return link.target.startsWith('/') || climbs
		? posix.relative(directory, target) || '.'
		: link.target;
}

function linkToHost({path, target}: PayloadLink): FindingRecord {
	const message = `leads to ${target}, which only the running host has`;
	return {code: 'LINK_TO_HOST_LEFT_OUT', path, message};
}
