/**
 * The links that ldconfig(8) would make: SONAME to file, in the directories that it looks into.
 *
 * Packages of rpm mostly bring these links, Debian's always; whoever left them to ldconfig gets
 * them here. Of several libraries with one SONAME the newest by name is linked, as ldconfig does.
 */
import {readFileSync, symlinkSync} from 'node:fs';
import {posix} from 'node:path';
import {probeElf} from '../../elf/probe-elf.js';
import {
	hostPath,
	parentOf,
	sysrootPath,
	type HostPath,
	type SysrootPath,
} from '../../paths/paths.js';
import {compareRpmVersions} from '../../rpm/compare-versions.js';
import type {MergedFile} from './merged-sysroot.js';

/** ldconfig looks at no other names. */
const LIBRARY_NAME = /^(?:lib|ld-).*\.so(?:\.|$)/u;

/** The default directories of the loaders in use, multiarch ones included. */
const DEFAULT_DIRECTORY = /^(?:\/usr)?\/lib(?:32|64|x32)?(?:\/[a-z0-9_]+-linux-[a-z0-9]+)?$/u;

/** Make the missing links below `root`, and answer with them. */
export function deriveSonameLinks(
	root: HostPath,
	files: ReadonlyMap<SysrootPath, MergedFile>,
): ReadonlyMap<SysrootPath, MergedFile> {
	const configured = new Set(configuredDirectories(root, files));
	const newest = new Map<SysrootPath, SysrootPath>();
	for (const [path, file] of files) {
		const directory = parentOf(path);
		const name = posix.basename(path);
		const isSearched = DEFAULT_DIRECTORY.test(directory) || configured.has(directory);
		if (file.kind !== 'file' || !isSearched || !LIBRARY_NAME.test(name)) {
			continue;
		}

		const soname = probeElf(hostPath(posix.join(root, path)))?.soname;
		if (soname === undefined || soname === '' || soname.includes('/')) {
			continue;
		}

		const link = sysrootPath(posix.join(directory, soname));
		const known = newest.get(link);
		if (!files.has(link) && (known === undefined || compareRpmVersions(path, known) > 0)) {
			newest.set(link, path);
		}
	}

	const made = [...newest].map(([link, of]): [SysrootPath, MergedFile] => {
		const target = posix.basename(of);
		symlinkSync(target, posix.join(root, link));
		return [link, {kind: 'symlink', target, origin: {kind: 'soname-link', of}}];
	});
	return new Map(made);
}

/** Directories named in `ld.so.conf` and what it includes by its usual pattern. */
function configuredDirectories(
	root: HostPath,
	files: ReadonlyMap<SysrootPath, MergedFile>,
): readonly SysrootPath[] {
	return [...files]
		.filter(
			([path, {kind}]) =>
				kind === 'file' && /^\/etc\/ld\.so\.conf(?:\.d\/[^/]+\.conf)?$/u.test(path),
		)
		.flatMap(([path]) => readFileSync(posix.join(root, path)).toString().split('\n'))
		.map(line => line.replace(/#.*/u, '').trim())
		.filter(line => line.startsWith('/'))
		.map(sysrootPath);
}
