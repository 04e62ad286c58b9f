/**
 * Three kinds of path, kept apart by the compiler.
 *
 * A program's `/usr/lib/libz.so.1` (sysroot path), the file here that holds its bytes (host path)
 * and the place it takes in a bundle (bundle path) are all strings and must never be exchanged.
 * The constructors below are the only places a plain string becomes one of them.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';

declare const space: unique symbol;

/** Absolute, as the packed program sees it, lexically normal: no `.`, `..`, doubled or final slash. */
export type SysrootPath = string & {readonly [space]: 'sysroot'};
/** Absolute, where the bytes lie on this machine. */
export type HostPath = string & {readonly [space]: 'host'};
/** Relative to the top of a bundle, lexically normal, without `..`. */
export type BundlePath = string & {readonly [space]: 'bundle'};

/** Normalise an absolute path; `..` never climbs above `/`. */
export function sysrootPath(path: string): SysrootPath {
	if (!path.startsWith('/') || path.includes('\0')) {
		throw new DynpkError('USAGE', `not an absolute path: ${path}`);
	}

	return (isNormal(path) ? path : withoutFinalSlash(posix.normalize(path))) as SysrootPath;
}

export function hostPath(path: string): HostPath {
	return withoutFinalSlash(posix.resolve(path)) as HostPath;
}

/** @throws {DynpkError} PAYLOAD_ESCAPES_ROOT when the path is absolute or leaves the bundle. */
export function bundlePath(path: string): BundlePath {
	const normal = isNormal(path) ? path : withoutFinalSlash(posix.normalize(path));
	const escapes = normal === '..' || normal.startsWith('../') || normal.startsWith('/');
	if (escapes || normal === '.' || path === '' || path.includes('\0')) {
		throw new DynpkError('PAYLOAD_ESCAPES_ROOT', `${path} is not a path inside the bundle`);
	}

	return normal as BundlePath;
}

/** Where payload from `path` lies in every bundle: below `root/`. */
export function payloadPath(path: SysrootPath): BundlePath {
	return bundlePath(`root${path}`);
}

export function parentOf<T extends SysrootPath | HostPath | BundlePath>(path: T): T {
	return posix.dirname(path) as T;
}

/** What a listing of a directory names. */
export function inDirectory<T extends SysrootPath | HostPath>(directory: T, name: string): T {
	return (directory === '/' ? `/${name}` : `${directory}/${name}`) as T;
}

export function baseName(path: SysrootPath | HostPath | BundlePath): string {
	return posix.basename(path);
}

/** Whether `path` is `directory` or lies below it, by whole components. */
export function isWithin<T extends SysrootPath | HostPath | BundlePath>(
	path: T,
	directory: T,
): boolean {
	return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** Order paths by their bytes, the same in every locale. */
export function comparePaths(a: string, b: string): number {
	if (a === b) {
		return 0;
	}

	// Up to the surrogates UTF-16 is in the order of UTF-8.
	return BEYOND.test(a) && BEYOND.test(b)
		? Buffer.compare(Buffer.from(a), Buffer.from(b))
		: a < b
			? -1
			: 1;
}

const BEYOND = /[\u{d800}-\u{10ffff}]/u;

/** Nearly every path is: asking is thirty times as fast as node:path, which goes by the character. */
function isNormal(path: string): boolean {
	const isPlain = !path.includes('/.') && !path.includes('//') && !path.startsWith('.');
	return isPlain && (path.length === 1 || !path.endsWith('/'));
}

function withoutFinalSlash(path: string): string {
	return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
