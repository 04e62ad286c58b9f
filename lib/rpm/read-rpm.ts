/**
 * An RPM package file → its facts, without touching the payload.
 *
 * The lead is looked at for its magic and nothing else, like rpm does. Then come the signature
 * header, padded to eight bytes, and the main header, whose bytes must have the digests that the
 * signature states. Three small reads; where the payload begins is part of the answer.
 */
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {readDependencies, type DependencyKind, type RpmDependency} from './dependencies.js';
import {checkHeaderDigests, expectedPayloadDigest, type ExpectedDigest} from './digests.js';
import type {Evr} from './evr.js';
import {fileDigestAlgorithm, readFileList, type RpmFile} from './file-list.js';
import {headerLength, INTRO_LENGTH, parseHeader, type RpmHeader} from './header.js';
import {headerNumber, headerString} from './header-values.js';
import {RpmError} from './rpm-error.js';
import {readScriptlets, readTriggers, type RpmScriptlet, type RpmTrigger} from './scriptlets.js';
import {dependencyTags, tags} from './tags.js';

export interface RpmPackage {
	/** The path it was opened by. */
	readonly path: string;
	/** Generation of the file format. */
	readonly format: 3 | 4 | 6;
	readonly isSource: boolean;
	readonly name: string;
	readonly evr: Evr & {readonly release: string};
	readonly arch: string;
	readonly os: string | undefined;
	readonly summary: string | undefined;
	readonly description: string | undefined;
	readonly license: string | undefined;
	readonly group: string | undefined;
	readonly url: string | undefined;
	readonly vendor: string | undefined;
	readonly packager: string | undefined;
	/** Seconds since 1970. */
	readonly buildTime: number | undefined;
	readonly sourceRpm: string | undefined;
	readonly files: readonly RpmFile[];
	/** OpenPGP's number for the algorithm of the files' digests. */
	readonly fileDigestAlgorithm: number;
	readonly dependencies: Readonly<Record<DependencyKind, readonly RpmDependency[]>>;
	readonly scriptlets: readonly RpmScriptlet[];
	readonly triggers: readonly RpmTrigger[];
	readonly payload: RpmPayloadFacts;
	/** Everything else, for `headerStrings` and its siblings. */
	readonly signature: RpmHeader;
	readonly header: RpmHeader;
}

export interface RpmPayloadFacts {
	/** Where it begins in the file; it reaches to the end. */
	readonly offset: number;
	readonly compressedSize: number;
	readonly format: string;
	/** As the header names it; many packages do not. */
	readonly compressor: string | undefined;
	readonly digest: ExpectedDigest | undefined;
}

const LEAD_LENGTH = 96;
const LEAD_MAGIC = 0xedabeedb;
/** Enough for both headers of most packages in one read. */
const FIRST_READ = 32 * 1024;

/**
 * Read lead, signature and header of a package file.
 *
 * @throws {RpmError} RPM_BAD_LEAD, RPM_BAD_HEADER, RPM_DIGEST_MISMATCH, NAME_NOT_UTF8
 */
export function readRpm(path: string): RpmPackage {
	const fd = openSync(path, 'r');
	try {
		const {size} = fstatSync(fd);
		return parsePackage(path, makeWindow(fd, size, path), size);
	} finally {
		closeSync(fd);
	}
}

type Window = (offset: number, length: number) => Buffer;

/** Bytes of the file by position; what the first read already holds is not read again. */
function makeWindow(fd: number, size: number, path: string): Window {
	const start = readFully(fd, 0, Math.min(size, FIRST_READ));
	return (offset, length) => {
		if (offset + length > size) {
			throw new RpmError('RPM_BAD_HEADER', 'truncated inside its headers', {package: path});
		}

		return offset + length <= start.length
			? start.subarray(offset, offset + length)
			: readFully(fd, offset, length);
	};
}

function readFully(fd: number, offset: number, length: number): Buffer {
	const bytes = Buffer.allocUnsafeSlow(length);
	let filled = 0;
	while (filled < length) {
		const count = readSync(fd, bytes, filled, length - filled, offset + filled);
		if (count === 0) {
			return bytes.subarray(0, filled);
		}

		filled += count;
	}

	return bytes;
}

function parsePackage(path: string, window: Window, size: number): RpmPackage {
	if (size < LEAD_LENGTH || window(0, 4).readUInt32BE(0) !== LEAD_MAGIC) {
		throw new RpmError('RPM_BAD_LEAD', 'not an RPM package', {package: path});
	}

	const signatureBlob = readHeaderBlob(window, LEAD_LENGTH, path);
	const signature = parseHeader(signatureBlob, 'signatures', path);
	const headerStart = LEAD_LENGTH + Math.ceil(signatureBlob.length / 8) * 8;
	const headerBlob = readHeaderBlob(window, headerStart, path);
	const header = parseHeader(headerBlob, 'immutable', path);
	checkHeaderDigests(signature, headerBlob);
	const offset = headerStart + headerBlob.length;
	return Object.freeze({
		path,
		...readIdentity(header),
		files: readFileList(header),
		fileDigestAlgorithm: fileDigestAlgorithm(header),
		dependencies: readAllDependencies(header),
		scriptlets: readScriptlets(header),
		triggers: readTriggers(header),
		payload: {
			offset,
			compressedSize: size - offset,
			format: headerString(header, tags.payloadFormat) ?? 'cpio',
			compressor: headerString(header, tags.payloadCompressor),
			digest: expectedPayloadDigest(signature, header, headerBlob),
		},
		signature,
		header,
	});
}

function readHeaderBlob(window: Window, offset: number, path: string): Buffer {
	const length = headerLength(window(offset, INTRO_LENGTH), 0, path);
	return window(offset, length);
}

function readIdentity(header: RpmHeader) {
	const epoch = headerNumber(header, tags.epoch);
	const isSource = header.entries.has(tags.sourcePackage) || !header.entries.has(tags.sourceRpm);
	return {
		format: packageFormat(header),
		isSource,
		name: requiredString(header, tags.name),
		evr: {
			epoch: epoch === undefined ? undefined : String(epoch),
			version: requiredString(header, tags.version),
			release: requiredString(header, tags.release),
		},
		arch: requiredString(header, tags.arch),
		os: headerString(header, tags.os),
		summary: headerString(header, tags.summary),
		description: headerString(header, tags.description),
		license: headerString(header, tags.license),
		group: headerString(header, tags.group),
		url: headerString(header, tags.url),
		vendor: headerString(header, tags.vendor),
		packager: headerString(header, tags.packager),
		buildTime: headerNumber(header, tags.buildTime),
		sourceRpm: headerString(header, tags.sourceRpm),
	};
}

function packageFormat(header: RpmHeader): 3 | 4 | 6 {
	const declared = headerNumber(header, tags.rpmFormat);
	return declared !== undefined && declared >= 6 ? 6 : header.region === undefined ? 3 : 4;
}

function readAllDependencies(header: RpmHeader) {
	const kinds = Object.keys(dependencyTags) as DependencyKind[];
	const read = kinds.map(kind => [kind, readDependencies(header, kind)] as const);
	return Object.fromEntries(read) as Record<DependencyKind, readonly RpmDependency[]>;
}

function requiredString(header: RpmHeader, tag: number): string {
	const value = headerString(header, tag);
	if (value === undefined || value === '') {
		const name = Object.entries(tags).find(([, number]) => number === tag)?.[0] ?? String(tag);
		throw new RpmError('RPM_BAD_HEADER', `it has no ${name}`, {package: header.package});
	}

	return value;
}
