/**
 * Which libraries of packages the user's own objects load, and where those lie.
 *
 * An object that no package owns says by DT_NEEDED alone what it belongs with. Every object is looked
 * into once, whoever needs it: this asks for packages and their directories, and not for link maps,
 * which the walk of the payload makes.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {lookUpOwners} from '../installed/look-up-owners.js';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {findLoader} from '../loader/find-loader.js';
import type {UserLibraryPath} from '../loader/library-path.js';
import type {LinkMapEntry, LoaderSearch} from '../loader/loader-search.js';
import {makeLoaderSearch} from '../loader/make-loader-search.js';
import {usualInterpreter} from '../loader/usual-interpreter.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Exclusions} from './exclusions.js';
import type {Importers} from './library-bulk.js';
import type {PayloadEntry, Reason} from './payload.js';

export interface LibraryReach {
	/** Packages whose libraries are loaded, that of the C library apart. */
	readonly packages: ReadonlySet<InstalledPackage>;
	/** Packages of C libraries and loaders: everything needs them. */
	readonly libc: ReadonlySet<InstalledPackage>;
	/** Real directories in which the loaders found them by themselves: everybody's. */
	readonly directories: ReadonlySet<SysrootPath>;
	/** Who imports watched functions, of theirs and of all that travels. */
	readonly importers: Importers;
	/** Look into those entries that are objects without an owner, and were not looked into before. */
	extend(entries: Iterable<PayloadEntry>): void;
	/** Files of libraries that are loaded and that no package owns. */
	readonly unowned: ReadonlySet<SysrootPath>;
	/** Those of them that were not taken before. */
	takeUnowned(): readonly SysrootPath[];
}

export interface ReachPlace {
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	readonly exclusions: Exclusions;
	/** Of the user: every object that is followed is one that no package owns. */
	readonly libraryPath: UserLibraryPath | undefined;
}

export function makeLibraryReach({
	sysroot,
	databases,
	exclusions,
	libraryPath,
}: ReachPlace): LibraryReach {
	const packages = new Set<InstalledPackage>();
	const libc = new Set<InstalledPackage>();
	const unowned = new Set<SysrootPath>();
	const untaken: SysrootPath[] = [];
	const directories = new Set<SysrootPath>();
	const importers = new Map<string, Set<string>>();
	const note = (object: ElfObject, path: SysrootPath): void => {
		for (const name of object.imports) {
			const known = importers.get(name) ?? new Set();
			importers.set(name, known.add(object.soname ?? path));
		}
	};
	const seen = new Set<string>();
	const open = makeLoaderSearch({sysroot, libraryPath});

	/** Follow the needs of one object; paths of what it reached, the C library's first. */
	function follow(object: ElfObject, path: SysrootPath, search: LoaderSearch): SysrootPath[] {
		const root: LinkMapEntry = {object, path, loader: undefined, program: undefined};
		// The array is queue and list at once: `for…of` visits what is appended.
		const queue = [root];
		for (const entry of queue) {
			note(entry.object, entry.path);
			for (const needed of entry.object.needed) {
				const found = exclusions.excludes(needed) ? undefined : search.locate(needed, entry);
				if (found?.status === 'found' && !seen.has(found.object.fileId)) {
					seen.add(found.object.fileId);
					queue.push({object: found.object, path: found.path, loader: entry, program: root});
					if (ownPlaces.has(found.place)) {
						directories.add(directoryOf(found.path, sysroot));
					}
				}
			}
		}

		return queue.slice(1).map(entry => entry.path);
	}

	return {
		packages,
		libc,
		directories,
		importers,
		unowned,
		takeUnowned: () => untaken.splice(0),
		extend(entries) {
			const all = [...entries];
			for (const entry of all) {
				const object = objectOf(entry);
				if (object !== undefined) {
					note(object, entry.path);
				}
			}

			const fresh = all.filter(entry => isOwnObject(entry) && !seen.has(entry.path));
			const ownerOfOwn = lookUpOwners(
				fresh.map(({path}) => path),
				sysroot,
				databases,
			);
			const loaders = new Set<SysrootPath>();
			const libraries: SysrootPath[] = [];
			for (const entry of fresh) {
				seen.add(entry.path);
				const object = objectOf(entry);
				const interpreter = object && loaderOf(object, sysroot);
				if (object && interpreter !== undefined && ownerOfOwn(entry.path) === undefined) {
					loaders.add(interpreter);
					for (const library of follow(object, entry.path, open(interpreter).search)) {
						libraries.push(library);
					}
				}
			}

			const ownerOf = lookUpOwners([...loaders, ...libraries], sysroot, databases);
			for (const path of loaders) {
				addOwner(libc, ownerOf(path));
			}

			for (const path of libraries) {
				const owner = ownerOf(path);
				addOwner(owner !== undefined && libc.has(owner) ? libc : packages, owner);
				const real = sysroot.realPath(path) ?? path;
				if (owner === undefined && !unowned.has(real)) {
					unowned.add(real);
					untaken.push(real);
				}
			}
		},
	};
}

/** Rules by which a loader finds what nobody told it of. */
const ownPlaces = new Set<string>(['default', 'ld-so-cache', 'musl-path']);

function addOwner(owners: Set<InstalledPackage>, owner: InstalledPackage | undefined): void {
	if (owner !== undefined) {
		owners.add(owner);
	}
}

function directoryOf(path: SysrootPath, sysroot: Sysroot): SysrootPath {
	return sysrootPath(posix.dirname(sysroot.realPath(path) ?? path));
}

/** What brings an object that no package owns. */
const bringing: readonly Reason['kind'][] = [
	...(['target', 'with', 'scan', 'prefix', 'distribution', 'link'] as const),
	...(['trace', 'suspected', 'called', 'interpreter'] as const),
];

/** One that came by the user's word, or by a link or a script of the user's. */
function isOwnObject(entry: PayloadEntry): boolean {
	return (
		objectOf(entry)?.isDynamic === true &&
		entry.package === undefined &&
		bringing.includes(entry.reason.kind)
	);
}

function objectOf(entry: PayloadEntry): ElfObject | undefined {
	return entry.kind === 'file' && entry.content.kind === 'elf' ? entry.content.object : undefined;
}

function loaderOf(object: ElfObject, sysroot: Sysroot): SysrootPath | undefined {
	const interpreter = object.interpreter ?? usualInterpreter(object);
	const found = interpreter === undefined ? undefined : findLoader(interpreter, object, sysroot);
	return found?.status === 'found' ? found.path : undefined;
}
