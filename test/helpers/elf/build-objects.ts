/**
 * Worlds of real objects, from literals: `{'near/libz.so': {}, prog: {needs: ['near/libz.so']}}`.
 *
 * Compiled and linked on the spot by gcc, for whatever the real loader must accept. Every object
 * is linked against stubs that only carry a soname, so the order of the literal does not matter,
 * circles are possible, and a needed name may be one that exists nowhere.
 *
 * What worlds have in common is made once in a process: a source that was compiled before, and the stub
 * that all others differ from in their soname alone.
 */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import type {ElfObject} from '../../../lib/elf/elf-object.js';
import {readElf} from '../../../lib/elf/read-elf.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {madeFile} from '../worlds/made-file.js';
import {makeScratch} from '../worlds/scratch.js';

export interface ObjectSpec {
	/** Default: a library where the name holds `.so`, else a program. */
	readonly kind?: 'library' | 'program';
	/**
	 * Objects of this world by their names in it, which become DT_NEEDED by soname; any other
	 * string becomes DT_NEEDED as it stands (`libmissing.so`, `$ORIGIN/libz.so`).
	 */
	readonly needs?: readonly string[];
	/** Default for a library: its base name. `false`: none, and needs then hold the base name. */
	readonly soname?: string | false;
	/** DT_RPATH; together with `runpath` an object gets both tags. */
	readonly rpath?: string;
	readonly runpath?: string;
	/** Default: whatever the linker writes; `false` for a program that is not given one. */
	readonly interpreter?: string | false;
	/** Default: those of the compiler. */
	readonly bits?: 32 | 64;
	/** Link with libc and its start files. Default: nothing but what the spec says. */
	readonly libc?: boolean;
	/** C text; by default nothing, or an entry point that traps. */
	readonly source?: string;
	/** More arguments for gcc, such as `-Wl,-z,nodefaultlib`. */
	readonly flags?: readonly string[];
}

export type FileSpec =
	ObjectSpec | {readonly symlink: string} | {readonly text: string} | {readonly directory: true};

export interface World {
	readonly directory: HostPath;
	/** Where a name of the world lies, or any other name would. */
	path(name: string): HostPath;
	/** The headers of one of its objects. */
	object(name: string): ElfObject;
}

const run = promisify(execFile);

/** Build the files of a literal in a directory that is gone when the test ends. */
export async function buildObjects(
	t: ExecutionContext,
	files: Readonly<Record<string, FileSpec>>,
): Promise<World> {
	const directory = makeScratch(t);
	const stubs = await makeStubs(makeScratch(t), files);
	const path = (name: string): HostPath => hostPath(join(directory, name));

	await inPairs(Object.entries(files), async ([name, spec]) => {
		mkdirSync(dirname(path(name)), {recursive: true});
		if ('symlink' in spec) {
			symlinkSync(spec.symlink, path(name));
		} else if ('text' in spec) {
			writeFileSync(path(name), spec.text);
		} else if ('directory' in spec) {
			mkdirSync(path(name), {recursive: true});
		} else {
			await link(path(name), name, spec, stubs);
			addRpathBesideRunpath(path(name), spec);
		}
	});

	return {directory, path, object: name => readElf(path(name))};
}

interface Stub {
	readonly path: string;
	readonly soname: string;
	readonly bits: ObjectSpec['bits'];
}

/** Find the stub of a need. */
type Stubs = (need: string, bits: ObjectSpec['bits']) => string;

async function makeStubs(
	directory: string,
	files: Readonly<Record<string, FileSpec>>,
): Promise<Stubs> {
	const stubs = new Map<string, Stub>();
	const stubOf = (need: string, bits: ObjectSpec['bits']): Stub => {
		const soname = neededName(files, need);
		const key = `${soname}\0${String(bits)}`;
		const stub = stubs.get(key) ?? {path: join(directory, `${stubs.size}.so`), soname, bits};
		stubs.set(key, stub);
		return stub;
	};

	for (const {needs = [], bits} of Object.values(files).filter(isObject)) {
		needs.forEach(need => stubOf(need, bits));
	}

	for (const {path, soname, bits} of stubs.values()) {
		writeFileSync(path, await stubNamed(soname, bits));
	}

	return (need, bits) => stubOf(need, bits).path;
}

function isObject(spec: FileSpec): spec is ObjectSpec {
	return !('symlink' in spec) && !('text' in spec) && !('directory' in spec);
}

/** What DT_NEEDED says of a need. */
function neededName(files: Readonly<Record<string, FileSpec>>, need: string): string {
	const spec = files[need];
	if (spec === undefined) {
		return need;
	}

	const soname = isObject(spec) ? spec.soname : undefined;
	return soname === undefined || soname === false ? basename(need) : soname;
}

async function link(path: HostPath, name: string, spec: ObjectSpec, stubs: Stubs): Promise<void> {
	const isLibrary = (spec.kind ?? (name.includes('.so') ? 'library' : 'program')) === 'library';
	const entry = isLibrary || spec.libc === true ? '' : 'void _start(void) { __builtin_trap(); }\n';
	const soname = isLibrary && spec.soname !== false ? (spec.soname ?? basename(name)) : undefined;
	const both = spec.rpath !== undefined && spec.runpath !== undefined;
	const flags = spec.flags ?? [];
	const code = [...(isLibrary ? ['-shared', '-fPIC'] : []), ...width(spec.bits)];
	const object = await compiled(spec.source ?? entry, [
		...code,
		...flags.filter(flag => !flag.startsWith('-Wl,')),
	]);
	await run('gcc', [
		...['-o', path, object, ...code],
		...(spec.libc === true ? [] : ['-nostdlib']),
		...linkerOption('-soname', soname),
		...linkerOption('--dynamic-linker', isLibrary ? undefined : spec.interpreter),
		...(spec.interpreter === false ? ['-Wl,--no-dynamic-linker'] : []),
		...linkerOption('--disable-new-dtags,-rpath', both ? undefined : spec.rpath),
		...linkerOption('--audit', both ? spec.rpath : undefined),
		...linkerOption('--enable-new-dtags,-rpath', spec.runpath),
		'-Wl,--no-as-needed,--allow-shlib-undefined,--unresolved-symbols=ignore-in-shared-libs',
		...(spec.needs ?? []).map(need => stubs(need, spec.bits)),
		...flags,
	]);
}

function width(bits: ObjectSpec['bits']): readonly string[] {
	return bits === undefined ? [] : [`-m${String(bits)}`];
}

/** `-Xlinker` keeps a value whole that has a comma in it. */
function linkerOption(option: string, value: string | false | undefined): readonly string[] {
	return value === undefined || value === false ? [] : [`-Wl,${option}`, '-Xlinker', value];
}

const longestSoname = '#'.repeat(255);

/** A stub of this name: one that was linked before, with the name written over its own. */
async function stubNamed(soname: string, bits: ObjectSpec['bits']): Promise<Buffer> {
	const template = await madeFile(['stub', bits], async path => {
		const object = await compiled('', ['-fPIC', ...width(bits)]);
		const name = linkerOption('-soname', longestSoname);
		await run('gcc', ['-o', path, object, '-shared', '-nostdlib', ...width(bits), ...name]);
	});
	const bytes = readFileSync(template);
	const at = bytes.indexOf(longestSoname);
	if (at < 0 || Buffer.byteLength(soname) > longestSoname.length) {
		throw new Error(`no stub can have the soname ${soname}`);
	}

	bytes.write(`${soname}\0`, at);
	return bytes;
}

async function compiled(source: string, options: readonly string[]): Promise<string> {
	return madeFile(['object', source, options], async path => {
		const child = run('gcc', ['-c', '-o', path, ...options, '-x', 'c', '-']);
		child.child.stdin?.end(source);
		await child;
	});
}

/** One at a time would waste the second core, all at once the memory. */
async function inPairs<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	const worker = async (): Promise<void> => {
		for (const item of queue) {
			await task(item);
		}
	};

	await Promise.all([worker(), worker()]);
}

const DT_RPATH = 15;
const DT_AUDIT = 0x6fff_fefc;

/** The linker writes one tag or the other; the first was written as DT_AUDIT, and is renamed. */
function addRpathBesideRunpath(path: HostPath, {rpath, runpath}: ObjectSpec): void {
	if (rpath === undefined || runpath === undefined) {
		return;
	}

	const {byteOrder, programHeaders, class: elfClass} = readElf(path);
	const dynamic = programHeaders.find(({type}) => type === 2);
	if (byteOrder !== 'little' || dynamic === undefined) {
		throw new Error(`cannot give both tags to ${path}`);
	}

	const bytes = readFileSync(path);
	const size = elfClass / 4;
	for (let at = dynamic.offset; at < dynamic.offset + dynamic.fileSize; at += size) {
		if (bytes.readUInt32LE(at) === DT_AUDIT) {
			bytes.writeUInt32LE(DT_RPATH, at);
			writeFileSync(path, bytes);
			return;
		}
	}

	throw new Error(`no DT_AUDIT to rename in ${path}`);
}
