/**
 * A stanza of dpkg's `status` → the package it tells of.
 *
 * One pass picks out the fields that matter; the descriptions are most of the text.
 */
import type {InstalledPackage, SourcePackage} from './package-database.js';

export interface Stanza {
	/** The name of its list of files, which dpkg forms from name and architecture (format 1). */
	readonly list: string;
	/** `undefined` for one that is not, or not wholly, installed. */
	readonly package: InstalledPackage | undefined;
}

/** Where a stanza lies, in bytes from the start of the file. */
export interface StanzaPlace {
	readonly offset: number;
	readonly length: number;
}

/** Find where the stanzas of a status file lie, its text having a character for each byte. */
export function findStanzas(text: string): StanzaPlace[] {
	const places: StanzaPlace[] = [];
	for (let offset = 0; offset < text.length;) {
		if (text[offset] === '\n') {
			offset++;
			continue;
		}

		const end = text.indexOf('\n\n', offset);
		const length = (end === -1 ? text.length : end) - offset;
		places.push({offset, length});
		offset += length;
	}

	return places;
}

/** `undefined` for what names no package: that is no stanza of a status file. */
export function parseStanza(text: string): Stanza | undefined {
	const fields = new Map<string, string>();
	for (const [, name = '', value = ''] of text.matchAll(wanted)) {
		fields.set(name, value);
	}

	const name = fields.get('Package');
	const state = fields.get('Status')?.split(' ')[2];
	if (name === undefined || state === undefined) {
		return undefined;
	}

	const architecture = fields.get('Architecture') ?? '';
	const list = fields.get('Multi-Arch') === 'same' ? `${name}:${architecture}` : name;
	return {
		list,
		package: isThere.has(state) ? describe(name, architecture, fields) : undefined,
	};
}

const wanted =
	/^(Package|Status|Architecture|Multi-Arch|Version|Essential|Source|Pre-Depends|Depends|Recommends|Provides):[ \t]*(.*(?:\n[ \t].*)*)/gmu;

/** Installed, or so with triggers outstanding. */
const isThere = new Set(['installed', 'triggers-pending', 'triggers-awaited']);

function describe(
	name: string,
	architecture: string,
	fields: ReadonlyMap<string, string>,
): InstalledPackage {
	const version = fields.get('Version') ?? '';
	const groups = (field: string): string[][] => dependencyGroups(fields.get(field) ?? '');
	return {
		manager: 'deb',
		name,
		version,
		architecture,
		essential: fields.get('Essential') === 'yes',
		depends: [...groups('Pre-Depends'), ...groups('Depends')],
		recommends: groups('Recommends'),
		provides: groups('Provides').flat(),
		source: sourcePackage(fields.get('Source'), {name, version}),
		license: undefined,
	};
}

/** `NAME` or `NAME (VERSION)`; what it leaves out is as of the package. */
function sourcePackage(field: string | undefined, own: SourcePackage): SourcePackage {
	const parts = /^(?<name>\S+)(?: \((?<version>.*)\))?$/u.exec(field ?? '')?.groups;
	return parts === undefined ? own : {name: parts.name ?? '', version: parts.version ?? own.version};
}

/** Names only: what is installed satisfies its versions, dpkg saw to that. */
export function dependencyGroups(field: string): string[][] {
	return field
		.split(',')
		.map(group =>
			group
				.split('|')
				.map(choice => choice.trim().replace(/[\s([].*$/su, ''))
				.filter(name => name !== ''),
		)
		.filter(group => group.length > 0);
}
