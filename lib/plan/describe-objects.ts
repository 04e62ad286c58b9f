/** The manifest's record of every object: what it needs, and who in the bundle answers. */
import {objectsOf} from '../closure/objects-of.js';
import type {ElfObject} from '../elf/elf-object.js';
import type {EdgeRecord, ObjectRecord} from '../manifest/manifest.js';
import {comparePaths, type BundlePath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';

export function describeObjects(
	walked: WalkedPayload,
	homes: ReadonlyMap<string, BundlePath>,
): ObjectRecord[] {
	const objects = new Map<string, ElfObject>();
	const edges = new Map<string, Map<string, EdgeRecord>>();
	const addEdge = (from: ElfObject, edge: EdgeRecord): void => {
		const known = edges.get(from.fileId) ?? new Map<string, EdgeRecord>();
		// The first walk that met this name speaks for it, unless a later one leads elsewhere.
		const key = `${edge.name}\0${edge.to ?? ''}`;
		edges.set(from.fileId, known.has(key) ? known : known.set(key, edge));
	};

	for (const {closure} of walked.roots) {
		const variants = closure.variants.map(({entry}) => entry);
		for (const {object} of [...objectsOf(closure), ...variants]) {
			objects.set(object.fileId, object);
		}

		for (const {from, to, needed, place} of closure.edges) {
			addEdge(from.object, {name: needed, place, to: homes.get(to.object.fileId)});
		}

		for (const {by, needed} of closure.unresolved) {
			const place = walked.excluded.has(needed) ? 'excluded' : 'missing';
			addEdge(by.object, {name: needed, place});
		}
	}

	return [...objects.values()]
		.flatMap(object => {
			const path = homes.get(object.fileId);
			return path === undefined ? [] : [describe(object, path, edges.get(object.fileId))];
		})
		.sort((a, b) => comparePaths(a.path, b.path));
}

function describe(
	object: ElfObject,
	path: BundlePath,
	edges: ReadonlyMap<string, EdgeRecord> | undefined,
): ObjectRecord {
	const kernel = object.abiTag?.os === 'linux' ? object.abiTag.version.join('.') : undefined;
	return {
		path,
		...(object.soname === undefined ? {} : {soname: object.soname}),
		needed: [...(edges?.values() ?? [])],
		...(kernel === undefined ? {} : {kernel}),
		...(object.isaNeeded === 0 ? {} : {isa: object.isaNeeded}),
	};
}
