/** What a package or a directory has to offer in `bin/`. */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories} from '../paths/program-directories.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {NamedProgram, PayloadEntry} from './payload.js';

/** Executables of a package that lie where `PATH` leads. */
export function packagePrograms(files: readonly SysrootPath[], sysroot: Sysroot): NamedProgram[] {
	return files
		.filter(path => packageDirectories.some(directory => directory === posix.dirname(path)))
		.filter(path => isExecutable(path, sysroot))
		.map(path => ({name: posix.basename(path), path}));
}

/** Programs of a directory's `bin/`, or of the directory itself where it has none. */
export function directoryPrograms(
	directory: SysrootPath,
	sysroot: Sysroot,
	entries: ReadonlyMap<SysrootPath, PayloadEntry>,
): NamedProgram[] {
	const bin = sysrootPath(posix.join(directory, 'bin'));
	// What has no name here offers nothing; whether it may stay behind is asked where files are taken.
	const list = (path: SysrootPath) => sysroot.list(path, () => true);
	const holder = list(bin) === undefined ? directory : bin;
	return (list(holder) ?? [])
		.map(name => ({name, path: sysrootPath(posix.join(holder, name))}))
		.filter(({path}) => isExecutable(path, sysroot))
		.filter(({path}) => startsSomething(entries.get(sysroot.realPath(path) ?? path), sysroot));
}

function isExecutable(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && (status.mode & 0o111) !== 0 && (status.mode & 0o6000) === 0;
}

/** A program rather than a library with an executable bit, or a module that nobody starts; and none of another machine. */
function startsSomething(entry: PayloadEntry | undefined, sysroot: Sysroot): boolean {
	const content = entry?.kind === 'file' ? entry.content : undefined;
	return content?.kind === 'elf'
		? isProgram(content.object) && hasLoader(content.object, sysroot)
		: content?.shebang !== undefined;
}

function hasLoader({interpreter}: ElfObject, sysroot: Sysroot): boolean {
	return (
		interpreter === undefined ||
		(interpreter.startsWith('/') && sysroot.realPath(sysrootPath(interpreter)) !== undefined)
	);
}
