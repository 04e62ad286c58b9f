/**
 * Roots of other machines without a compiler: objects by `writeElf`, and files that hold what a
 * loader of that machine has compiled in.
 */
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import type {Sysroot} from '../../../lib/sysroot/sysroot.js';
import {makeScratch} from '../worlds/scratch.js';
import type {ElfSpec} from './elf-spec.js';
import {writeElf} from './elf-writer.js';

export type ForeignFile = ElfSpec | Buffer | string | {readonly symlink: string};

/** Write a root; a text is written as it is. */
export function writeRoot(
	t: ExecutionContext,
	files: Readonly<Record<string, ForeignFile>>,
): Sysroot {
	const root = makeScratch(t);
	for (const [name, file] of Object.entries(files)) {
		const path = join(root, name);
		mkdirSync(dirname(path), {recursive: true});
		if (typeof file === 'string' || Buffer.isBuffer(file)) {
			writeFileSync(path, file);
		} else if ('symlink' in file) {
			symlinkSync(file.symlink, path);
		} else {
			writeFileSync(path, writeElf(file).bytes);
		}
	}

	return openSysroot(root);
}

/** A file with the strings of glibc's loader, as its sections would hold them. */
export function glibcLoader(
	spec: ElfSpec,
	systemDirs: readonly string[],
	...strings: readonly string[]
): Buffer {
	return withStrings(spec, [
		...systemDirs,
		'--list',
		'--library-path',
		'--inhibit-cache',
		'--inhibit-rpath',
		'--audit',
		'--preload',
		'/etc/ld.so.preload',
		...strings,
		...(strings.some(text => text.endsWith('/ld.so.cache')) ? [] : ['/etc/ld.so.cache']),
	]);
}

/** A file with the strings of musl's libc. */
export function muslLoaderFile(spec: ElfSpec, architecture: string): Buffer {
	return withStrings(spec, [
		`musl libc (${architecture})\nVersion %s\n`,
		'1.2.5',
		'/lib:/usr/local/lib:/usr/lib',
		`%.*s/etc/ld-musl-${architecture}.path`,
		'library-path',
		'preload',
		'argv0',
	]);
}

function withStrings(spec: ElfSpec, strings: readonly string[]): Buffer {
	return Buffer.concat([writeElf(spec).bytes, Buffer.from(`\0${strings.join('\0')}\0`)]);
}
