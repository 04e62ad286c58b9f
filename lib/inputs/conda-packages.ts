/**
 * Packages of a conda environment, by the records in its conda-meta/ (conda's documentation, “Package
 * metadata”): one JSON file each, called `NAME-VERSION-BUILD.json`, with what it installed and needs.
 *
 * Records are other people's files: what is not as it has to be, or leads out of the environment, is
 * refused.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {LookUpPlace} from './gather-request.js';

export interface CondaTarget {
	readonly kind: 'conda';
	readonly name: string;
	readonly prefix: SysrootPath;
	/** Of the package itself. */
	readonly own: readonly SysrootPath[];
	/** Of it and of all that it needs, their records among them. */
	readonly files: readonly SysrootPath[];
	/** What these need and no record tells of: removed by force, or never installed. */
	readonly unmet: readonly UnmetNeed[];
}

export interface UnmetNeed {
	/** Names of packages. */
	readonly by: string;
	readonly needed: string;
}

/** The largest records list some ten thousand files. */
const RECORD_LIMIT = 64 << 20;

/** @throws {DynpkError} PACKAGE_UNKNOWN, PACKAGE_INDEX_INVALID */
export function condaTarget(name: string, place: LookUpPlace, sysroot: Sysroot): CondaTarget {
	const prefix = activeEnvironment(place, sysroot);
	if (prefix === undefined) {
		throw new DynpkError('PACKAGE_UNKNOWN', `no conda environment is active here for ${name}`, {
			hint: 'activate one, or name its directory',
		});
	}

	const records = recordsOf(prefix, sysroot);
	const found = new Map<string, CondaRecord>();
	// The array is queue and list at once: `for…of` visits what is appended.
	const wanted = [name];
	for (const one of wanted) {
		const file = records.get(one);
		if (file !== undefined && !found.has(one)) {
			const record = readRecord(one, file, prefix, sysroot);
			found.set(one, record);
			wanted.push(...record.depends);
		}
	}

	const own = found.get(name)?.files;
	if (own === undefined) {
		throw new DynpkError('PACKAGE_UNKNOWN', `package conda:${name} is not installed in ${prefix}`, {
			hint: `conda-meta there has ${records.size} others; conda list tells their names`,
		});
	}

	const all = [...found];
	return {
		...{kind: 'conda', name, prefix, own},
		files: all.flatMap(([, {files}]) => files),
		unmet: all.flatMap(([by, {depends}]) =>
			depends.filter(needed => !found.has(needed)).map(needed => ({by, needed})),
		),
	};
}

/** The one that the session is in, else the first whose programs PATH has. */
function activeEnvironment(
	{environment, searchPath}: LookUpPlace,
	sysroot: Sysroot,
): SysrootPath | undefined {
	const {CONDA_PREFIX} = environment;
	return [
		...(CONDA_PREFIX === undefined ? [] : [CONDA_PREFIX]),
		...searchPath.map(directory => posix.dirname(directory)),
	]
		.filter(directory => directory.startsWith('/'))
		.flatMap(directory => sysroot.realPath(sysrootPath(directory)) ?? [])
		.find(
			directory => sysroot.list(sysrootPath(posix.join(directory, 'conda-meta'))) !== undefined,
		);
}

/** Files of records, by the name of the package. */
function recordsOf(prefix: SysrootPath, sysroot: Sysroot): Map<string, SysrootPath> {
	const directory = sysrootPath(posix.join(prefix, 'conda-meta'));
	return new Map(
		(sysroot.list(directory, () => true) ?? []).flatMap(file => {
			const name = /^(?<name>.+)-[^-]+-[^-]+\.json$/u.exec(file)?.groups?.name;
			return name === undefined ? [] : [[name, sysrootPath(posix.join(directory, file))]];
		}),
	);
}

interface CondaRecord {
	readonly files: readonly SysrootPath[];
	/** Names of packages. */
	readonly depends: readonly string[];
}

function readRecord(
	name: string,
	file: SysrootPath,
	prefix: SysrootPath,
	sysroot: Sysroot,
): CondaRecord {
	const isWhole = (sysroot.status(file)?.size ?? 0) <= RECORD_LIMIT;
	const record = isWhole ? parse(sysroot.read(file, RECORD_LIMIT)) : undefined;
	const files = strings(record?.files);
	const depends = strings(record?.depends);
	const climbing = files?.find(path => !isBelow(path));
	if (record?.name !== name || files === undefined || depends === undefined) {
		throw invalid(file, `it does not say what ${name} installed`);
	}

	if (climbing !== undefined) {
		throw invalid(file, `it lists ${climbing}, which is not in its environment`);
	}

	return {
		files: [file, ...files.map(path => sysrootPath(posix.join(prefix, path)))],
		depends: [...new Set(depends.flatMap(text => neededName(text) ?? []))],
	};
}

/** `conda-forge::python >=3.11,<3.12.0a0`; nothing for what the machine has, such as `__glibc`. */
function neededName(text: string): string | undefined {
	return /^(?:[^\s=<>!~[]*::)?(?<name>(?!__)[^\s=<>!~[]+)/u.exec(text)?.groups?.name;
}

function parse(text: Buffer | undefined): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(text?.toString('utf8') ?? '');
		return typeof value === 'object' && value !== null ? {...value} : undefined;
	} catch {
		return undefined;
	}
}

function strings(value: unknown): readonly string[] | undefined {
	return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined;
}

function isBelow(path: string): boolean {
	return !path.startsWith('/') && !path.includes('\0') && posix.join('/x', path).startsWith('/x/');
}

function invalid(file: SysrootPath, why: string): DynpkError {
	return new DynpkError('PACKAGE_INDEX_INVALID', `${file} is no record of conda: ${why}`, {
		hint: `name the environment ${parentOf(parentOf(file))} itself`,
	});
}
