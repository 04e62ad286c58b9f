/**
 * The packages that dpkg's `status` tells of: one by one where it is known where they stand, else all.
 *
 * Each package is one value, however it was come by, because others compare them.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {comparePaths} from '../paths/paths.js';
import type {DpkgFiles, Identity} from './dpkg-files.js';
import {findStanzas, parseStanza, type StanzaPlace} from './dpkg-status.js';
import type {InstalledPackage} from './package-database.js';
import type {KnownList} from './path-index.js';

export interface DpkgPackages {
	/** By name and architecture. */
	all(): readonly InstalledPackage[];
	/** The installed package that a list belongs to. */
	ofList({name, stanza}: Pick<KnownList, 'name' | 'stanza'>): InstalledPackage | undefined;
	listOf(owner: InstalledPackage): string;
	/** Where the stanza of each list's package stands, and in which file. */
	places(): StanzaPlaces;
}

export interface StanzaPlaces {
	readonly ofList: ReadonlyMap<string, StanzaPlace>;
	readonly status: Identity | undefined;
}

export function openDpkgPackages(files: DpkgFiles): DpkgPackages {
	const known = new Map<string, InstalledPackage | undefined>();
	const lists = new Map<InstalledPackage, string>();
	let everything: StanzaPlaces | undefined;

	function add(list: string, owner: InstalledPackage | undefined): void {
		known.set(list, owner);
		if (owner !== undefined) {
			lists.set(owner, list);
		}
	}

	function readAll(): StanzaPlaces {
		const {text, identity} = files.status();
		const places = new Map<string, StanzaPlace>();
		for (const place of findStanzas(text)) {
			const stanza = parseStanza(text.slice(place.offset, place.offset + place.length));
			if (stanza === undefined) {
				throw new DynpkError('PACKAGE_UNKNOWN', 'a paragraph of dpkg’s status names no package');
			}

			// What is left of a package of another architecture may have the same list.
			if (stanza.package !== undefined || !places.has(stanza.list)) {
				places.set(stanza.list, place);
				if (known.get(stanza.list) === undefined) {
					add(stanza.list, stanza.package);
				}
			}
		}

		return {ofList: places, status: identity};
	}

	function places(): StanzaPlaces {
		return (everything ??= readAll());
	}

	return {
		places,
		all() {
			places();
			return [...lists.keys()].sort(
				(a, b) => comparePaths(a.name, b.name) || comparePaths(a.architecture, b.architecture),
			);
		},
		ofList({name, stanza: place}) {
			if (everything === undefined && !known.has(name)) {
				const text = place && files.statusPart(place, place.status);
				const stanza = text === undefined ? undefined : parseStanza(text);
				if (stanza?.list === name) {
					add(name, stanza.package);
				} else {
					places();
				}
			}

			return known.get(name);
		},
		listOf: owner => lists.get(owner) ?? owner.name,
	};
}
