/**
 * The packages that dpkg's `status` tells of: one by one where it is known where they stand, else all.
 *
 * Each package is one value, however it was come by, because others compare them.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {comparePaths} from '../paths/paths.js';
import type {DpkgFiles, Identity} from './dpkg-files.js';
import {describeStanza, findStanzas, outlineStanza, type StanzaPlace} from './dpkg-status.js';
import type {InstalledPackage} from './package-database.js';

export interface DpkgPackages {
	/** By name and architecture. */
	all(): readonly InstalledPackage[];
	/** The installed package that a list belongs to. */
	ofList(list: string, place: SettledPlace | undefined): InstalledPackage | undefined;
	listOf(owner: InstalledPackage): string;
	/** Where the stanzas of installed packages stand, by their lists, and in which file. */
	places(): StanzaPlaces;
}

/** Where a stanza stands in this very file. */
export interface SettledPlace extends StanzaPlace {
	readonly status: Identity;
}

export interface StanzaPlaces {
	readonly ofList: ReadonlyMap<string, StanzaPlace>;
	readonly status: Identity | undefined;
}

export function openDpkgPackages(files: DpkgFiles): DpkgPackages {
	const known = new Map<string, InstalledPackage>();
	const lists = new Map<InstalledPackage, string>();
	let whole: (StanzaPlaces & {readonly text: string}) | undefined;

	function add(list: string, text: string): InstalledPackage {
		const owner = known.get(list) ?? describeStanza(text);
		known.set(list, owner);
		lists.set(owner, list);
		return owner;
	}

	function readWhole(): NonNullable<typeof whole> {
		const {text, identity} = files.status();
		return (whole ??= {ofList: findInstalled(text), status: identity, text});
	}

	/** Only if it says there what it said when the place was noted. */
	function readOne(list: string, place: SettledPlace): InstalledPackage | undefined {
		const text = files.statusPart(place, place.status);
		const stanza = text === undefined ? undefined : outlineStanza(text);
		return text === undefined || stanza?.list !== list || !stanza.isInstalled
			? undefined
			: add(list, text);
	}

	function fromWhole(list: string): InstalledPackage | undefined {
		const {ofList, text} = whole ?? readWhole();
		const place = ofList.get(list);
		return place && add(list, text.slice(place.offset, place.offset + place.length));
	}

	return {
		places: () => whole ?? readWhole(),
		all: () =>
			[...(whole ?? readWhole()).ofList.keys()]
				.flatMap(list => fromWhole(list) ?? [])
				.sort(
					(a, b) => comparePaths(a.name, b.name) || comparePaths(a.architecture, b.architecture),
				),
		ofList: (list, place) =>
			known.get(list) ??
			(whole === undefined && place !== undefined ? readOne(list, place) : undefined) ??
			fromWhole(list),
		listOf: owner => lists.get(owner) ?? owner.name,
	};
}

/** @throws {DynpkError} PACKAGE_UNKNOWN for a status that dpkg would not read either. */
function findInstalled(text: string): Map<string, StanzaPlace> {
	const places = new Map<string, StanzaPlace>();
	for (const place of findStanzas(text)) {
		const stanza = outlineStanza(text.slice(place.offset, place.offset + place.length));
		if (stanza === undefined) {
			throw new DynpkError('PACKAGE_UNKNOWN', 'a paragraph of dpkg’s status names no package');
		}

		if (stanza.isInstalled) {
			places.set(stanza.list, place);
		}
	}

	return places;
}
