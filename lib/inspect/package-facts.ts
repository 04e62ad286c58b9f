/** What a package file says of itself, of either kind, in the words of dynpk; nothing is unpacked. */
import {listPayload, type ListedEntry, type ListedPackage} from '../packages/merge/list-payload.js';
import {collectScripts, findScriptlets} from '../packages/merge/scriptlet-findings.js';
import {formatNeed} from '../packages/set/need.js';
import {recordId} from '../packages/set/package-record.js';
import {readPackageFile} from '../packages/set/read-package-file.js';
import {comparePaths, type HostPath} from '../paths/paths.js';
import {readHead} from './read-head.js';

export interface PackageFacts {
	readonly manager: 'rpm' | 'deb';
	/** With version and architecture, as its manager writes it. */
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly architecture: string;
	readonly summary: string | undefined;
	/** As the package states it; Debian's do not. */
	readonly license: string | undefined;
	/** Without what only scriptlets need. */
	readonly requires: readonly string[];
	readonly provides: readonly string[];
	readonly conflicts: readonly string[];
	readonly scriptlets: readonly ScriptletFacts[];
	/** Sorted by path. */
	readonly files: readonly PackageFile[];
	/** Of all its files. */
	readonly bytes: number;
}

export type PackageFile = Exclude<ListedEntry, {readonly kind: 'file'}> | PackedFile;

interface PackedFile extends Omit<Extract<ListedEntry, {readonly kind: 'file'}>, 'content'> {
	/** `sha256:…`; a package may not state it. */
	readonly digest: string | undefined;
}

export interface ScriptletFacts {
	/** `post`, `postinst`, … */
	readonly name: string;
	/** What runs it; unknown of a compiled one. */
	readonly interpreter: string | undefined;
	/** What it would make that programs read, one sentence each; it is never run. */
	readonly matters: readonly string[];
}

/**
 * The facts of a package file; `undefined` for what is none.
 *
 * @throws {DynpkError} what is wrong with the package
 */
export async function findPackageFacts(path: HostPath): Promise<PackageFacts | undefined> {
	if (!looksLikePackage(path)) {
		return undefined;
	}

	const record = await readPackageFile(path);
	const listed = await listPayload(record);
	const {manager, name, version, arch, license} = record;
	return Object.freeze({
		manager,
		id: recordId(record),
		name,
		version,
		architecture: arch,
		summary: summaryOf(listed),
		license,
		requires: record.requires.map(formatNeed).sort(),
		provides: [
			...new Set(record.provides.map(offer => formatNeed({kind: 'capability', ...offer}))),
		].sort(),
		conflicts: record.conflicts.map(formatNeed).sort(),
		scriptlets: scriptletsOf(listed),
		files: listed.entries.map(fileOf).sort((a, b) => comparePaths(a.path, b.path)),
		bytes: listed.entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0),
	});
}

const RPM_MAGIC = 'edabeedb';
const DEB_MAGIC = Buffer.from('!<arch>\ndebian-binary').toString('hex');

function looksLikePackage(path: HostPath): boolean {
	const head = readHead(path, DEB_MAGIC.length / 2)?.toString('hex') ?? '';
	return [RPM_MAGIC, DEB_MAGIC].some(magic => head.startsWith(magic));
}

function summaryOf(listed: ListedPackage): string | undefined {
	return listed.manager === 'rpm'
		? listed.package.summary
		: listed.package.control.get('description')?.split('\n')[0];
}

/** OpenPGP's numbers for them (RFC 4880, 9.4). */
const algorithms = new Map([
	['1', 'md5'],
	['2', 'sha1'],
	['8', 'sha256'],
	['9', 'sha384'],
	['10', 'sha512'],
	['11', 'sha224'],
]);

function fileOf(entry: ListedEntry): PackageFile {
	if (entry.kind !== 'file') {
		return entry;
	}

	const {content, ...file} = entry;
	const [, number = '', hex = ''] = /^(\d+):([0-9a-f]+)$/u.exec(content) ?? [];
	const algorithm = algorithms.get(number);
	return {...file, digest: algorithm === undefined ? undefined : `${algorithm}:${hex}`};
}

function scriptletsOf(listed: ListedPackage): readonly ScriptletFacts[] {
	const findings = findScriptlets(collectScripts([listed]));
	const scripts =
		listed.manager === 'rpm'
			? listed.package.scriptlets.map(({kind, program}) => ({name: kind, words: program}))
			: listed.package.maintainerScripts.map(({name, interpreter}) => ({name, words: interpreter}));
	return scripts.map(({name, words}) => ({
		name,
		interpreter: words?.join(' '),
		matters: findings.filter(({subject}) => subject === name).map(({message}) => message),
	}));
}
