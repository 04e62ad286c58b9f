/**
 * The files of a package, out of the parallel arrays of its header.
 *
 * rpm never looks at the payload to know what a package holds, and neither does this. An array
 * that is shorter than the list of names is an error: guessing which file a value belongs to
 * would be worse.
 */
import type {RpmHeader} from './header.js';
import {headerNumber, headerNumbers, headerStrings, isHeaderUtf8} from './header-values.js';
import {RpmError} from './rpm-error.js';
import {tagName, tags} from './tags.js';

export type RpmFileKind =
	'file' | 'directory' | 'symlink' | 'character-device' | 'block-device' | 'fifo' | 'socket';

export interface RpmFile {
	/** As the package names it: absolute, except in source packages. */
	readonly path: string;
	readonly kind: RpmFileKind;
	/** `st_mode`, type bits included. */
	readonly mode: number;
	readonly size: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Lowercase hexadecimal; `undefined` for all but regular files. */
	readonly digest: string | undefined;
	/** The text of a symlink. */
	readonly linkTarget: string | undefined;
	/** `RPMFILE_*` bits. */
	readonly flags: number;
	/** Listed but not in the payload: made at run time, owned by the package. */
	readonly isGhost: boolean;
	/** `RPMVERIFY_*` bits. */
	readonly verifyFlags: number;
	readonly owner: string;
	readonly group: string;
	/** Major and minor number of a device node, in the old 16-bit form. */
	readonly rdev: number;
	/** Together with `inode` tells hard links; means nothing else. */
	readonly device: number;
	readonly inode: number;
	readonly language: string | undefined;
	/** Textual form, as `cap_to_text(3)` writes it. */
	readonly capabilities: string | undefined;
	/** 1 for 32-bit ELF, 2 for 64-bit ELF. */
	readonly color: number;
}

/** Bits of `RpmFile.flags` (rpm's `rpmfiles.h`). */
export const fileFlags = {
	config: 1,
	doc: 2,
	missingOk: 8,
	noReplace: 16,
	ghost: 64,
	license: 128,
	readme: 256,
	artifact: 4096,
} as const;

const S_IFMT = 0o170000;

const kinds: Readonly<Record<number, RpmFileKind>> = {
	0o100000: 'file',
	0o040000: 'directory',
	0o120000: 'symlink',
	0o020000: 'character-device',
	0o060000: 'block-device',
	0o010000: 'fifo',
	0o140000: 'socket',
};

/** @throws {RpmError} RPM_BAD_HEADER, or NAME_NOT_UTF8 when a name cannot be carried. */
export function readFileList(header: RpmHeader): readonly RpmFile[] {
	const paths = readPaths(header);
	if (paths.length === 0) {
		return [];
	}

	const columns = readColumns(header, paths.length);
	return paths.map((path, index) => makeFile(header, path, index, columns));
}

/** Only the names, for those who ask who owns a path. */
function readPaths(header: RpmHeader): readonly string[] {
	for (const tag of [tags.baseNames, tags.dirNames, tags.oldFileNames, tags.fileLinkTos]) {
		if (!isHeaderUtf8(header, tag)) {
			throw new RpmError('NAME_NOT_UTF8', 'a file name in it is not UTF-8', {
				package: header.package,
			});
		}
	}

	const baseNames = headerStrings(header, tags.baseNames);
	if (baseNames.length === 0) {
		return headerStrings(header, tags.oldFileNames);
	}

	const dirNames = headerStrings(header, tags.dirNames);
	const dirIndexes = headerNumbers(header, tags.dirIndexes);
	requireLength(header, tags.dirIndexes, dirIndexes, baseNames.length);
	return baseNames.map((baseName, index) => {
		const dirName = dirNames[dirIndexes[index] ?? -1];
		if (dirName === undefined) {
			throw badList(header, `${baseName} is in a directory that is not listed`);
		}

		return dirName + baseName;
	});
}

type Columns = ReturnType<typeof readColumns>;

function readColumns(header: RpmHeader, count: number) {
	const numbers = (tag: number, isRequired = false): readonly number[] => {
		const values = headerNumbers(header, tag);
		return values.length === 0 && !isRequired ? values : requireLength(header, tag, values, count);
	};

	const strings = (tag: number): readonly string[] => {
		const values = headerStrings(header, tag);
		return values.length === 0 ? values : requireLength(header, tag, values, count);
	};

	const longSizes = numbers(tags.longFileSizes);
	return {
		sizes: longSizes.length > 0 ? longSizes : numbers(tags.fileSizes, true),
		modes: numbers(tags.fileModes, true),
		mtimes: numbers(tags.fileMtimes),
		flags: numbers(tags.fileFlags),
		verifyFlags: numbers(tags.fileVerifyFlags),
		rdevs: numbers(tags.fileRdevs),
		devices: numbers(tags.fileDevices),
		inodes: numbers(tags.fileInodes),
		colors: numbers(tags.fileColors),
		digests: strings(tags.fileDigests),
		linkTargets: strings(tags.fileLinkTos),
		owners: strings(tags.fileUserName),
		groups: strings(tags.fileGroupName),
		languages: strings(tags.fileLangs),
		capabilities: strings(tags.fileCaps),
	};
}

function makeFile(header: RpmHeader, path: string, index: number, columns: Columns): RpmFile {
	const mode = columns.modes[index] ?? 0;
	const kind = kinds[mode & S_IFMT];
	if (kind === undefined) {
		const octal = mode.toString(8);
		throw badList(header, `its mode 0${octal} is of no known file type`, path);
	}

	const flags = columns.flags[index] ?? 0;
	return Object.freeze({
		path,
		kind,
		mode,
		size: columns.sizes[index] ?? 0,
		mtime: columns.mtimes[index] ?? 0,
		digest: nonEmpty(columns.digests[index]),
		linkTarget: kind === 'symlink' ? columns.linkTargets[index] : undefined,
		flags,
		isGhost: (flags & fileFlags.ghost) !== 0,
		verifyFlags: columns.verifyFlags[index] ?? 0xffffffff,
		owner: columns.owners[index] ?? 'root',
		group: columns.groups[index] ?? 'root',
		rdev: columns.rdevs[index] ?? 0,
		device: columns.devices[index] ?? 0,
		inode: columns.inodes[index] ?? index + 1,
		language: nonEmpty(columns.languages[index]),
		capabilities: nonEmpty(columns.capabilities[index]),
		color: columns.colors[index] ?? 0,
	});
}

/** The digest's algorithm as OpenPGP numbers it; packages that name none used MD5. */
export function fileDigestAlgorithm(header: RpmHeader): number {
	const md5 = 1;
	const algorithm = headerNumber(header, tags.fileDigestAlgo);
	return algorithm === undefined || algorithm === 0 ? md5 : algorithm;
}

function nonEmpty(text: string | undefined): string | undefined {
	return text === '' ? undefined : text;
}

function requireLength<T>(
	header: RpmHeader,
	tag: number,
	values: readonly T[],
	count: number,
): readonly T[] {
	if (values.length !== count) {
		throw badList(header, `${tagName(tag)} has ${values.length} values for ${count} files`);
	}

	return values;
}

function badList(header: RpmHeader, problem: string, entry?: string): RpmError {
	return new RpmError('RPM_BAD_HEADER', problem, {package: header.package, entry});
}
