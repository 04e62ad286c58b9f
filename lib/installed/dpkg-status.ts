/**
 * A stanza of dpkg's `status` → the package it tells of.
 *
 * What list it has and whether it is there is found for thousands of them; the rest for those asked for.
 */
import type {InstalledPackage, SourcePackage} from './package-database.js';

export interface Stanza {
	/** The name of its list of files, which dpkg forms from name and architecture (format 1). */
	readonly list: string;
	/** Wholly, or so with triggers outstanding. */
	readonly isInstalled: boolean;
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

/** The least there is to know of it; `undefined` for what is no stanza of a status file. */
export function outlineStanza(text: string): Stanza | undefined {
	const name = fieldOf(text, 'Package');
	const state = fieldOf(text, 'Status')?.split(' ')[2];
	if (name === undefined || state === undefined) {
		return undefined;
	}

	const isShared = fieldOf(text, 'Multi-Arch') === 'same';
	return {
		list: isShared ? `${name}:${fieldOf(text, 'Architecture') ?? ''}` : name,
		isInstalled: /^(?:installed|triggers-pending|triggers-awaited)$/u.test(state),
	};
}

/** A field of one line, as dpkg writes it. */
function fieldOf(text: string, name: string): string | undefined {
	const start = text.startsWith(`${name}: `) ? 0 : text.indexOf(`\n${name}: `) + 1;
	if (start === 0 && !text.startsWith(`${name}: `)) {
		return undefined;
	}

	const end = text.indexOf('\n', start);
	return text.slice(start + name.length + 2, end === -1 ? text.length : end).trimEnd();
}

/** The package of a stanza that has an outline and is installed. */
export function describeStanza(text: string): InstalledPackage {
	const fields = new Map<string, string>();
	for (const [, name = '', value = ''] of text.matchAll(WANTED)) {
		fields.set(name, value);
	}

	const name = fields.get('Package') ?? '';
	const version = fields.get('Version') ?? '';
	const groups = (field: string): string[][] => dependencyGroups(fields.get(field) ?? '');
	return {
		manager: 'deb',
		name,
		version,
		architecture: fields.get('Architecture') ?? '',
		essential: fields.get('Essential') === 'yes',
		depends: [...groups('Pre-Depends'), ...groups('Depends')],
		recommends: groups('Recommends'),
		provides: groups('Provides').flat(),
		source: sourcePackage(fields.get('Source'), {name, version}),
		license: undefined,
	};
}

const WANTED =
	/^(Package|Architecture|Version|Essential|Source|Pre-Depends|Depends|Recommends|Provides):[ \t]*(.*(?:\n[ \t].*)*)/gmu;

/** `NAME` or `NAME (VERSION)`; what it leaves out is as of the package. */
function sourcePackage(field: string | undefined, own: SourcePackage): SourcePackage {
	const parts = /^(?<name>\S+)(?: \((?<version>.*)\))?$/u.exec(field ?? '')?.groups;
	return parts === undefined
		? own
		: {name: parts.name ?? '', version: parts.version ?? own.version};
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
