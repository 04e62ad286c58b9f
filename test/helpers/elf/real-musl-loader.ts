/** A real musl loader as an oracle: what `ld-musl-x86_64.so.1 --list` says it would map. */
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import type {Closure} from '../../../lib/closure/closure.js';
import {walkClosure} from '../../../lib/closure/walk-closure.js';
import {readElf} from '../../../lib/elf/read-elf.js';
import {makeMuslSearch, type MuslSearchOptions} from '../../../lib/loader/make-musl-search.js';
import {readLoaderFacts} from '../../../lib/loader/read-loader-facts.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import {describeClosure, samePlace} from './describe-closure.js';

export const muslLoader = '/lib/ld-musl-x86_64.so.1';

export interface MuslQuestion {
	readonly ldLibraryPath?: string;
	readonly cwd?: string;
	/** What is told to our search and is said to the loader in other ways. */
	readonly search?: Partial<MuslSearchOptions>;
}

/** Walk, assert that musl agrees in names, order, paths and misses, and hand the walk over. */
export async function compareWithMusl(
	t: ExecutionContext,
	path: string,
	{ldLibraryPath, cwd = '/', search: told}: MuslQuestion = {},
): Promise<Closure> {
	const variable = ldLibraryPath === undefined ? {} : {LD_LIBRARY_PATH: ldLibraryPath};
	const text = await list(path, {cwd, env: {...variable, LC_ALL: 'C'}});
	const sysroot = openSysroot(hostPath('/'));
	const facts = readLoaderFacts(sysroot, muslLoader);
	if (facts.kind !== 'musl') {
		throw new Error(`${muslLoader} is not musl's`);
	}

	const search = makeMuslSearch({
		sysroot,
		facts,
		ldLibraryPath,
		workingDirectory: sysrootPath(cwd),
		programOrigin: 'as-given',
		...told,
	});
	const closure = walkClosure(readElf(hostPath(path)), sysrootPath(path), search);
	// musl shows itself under every name that means it.
	const isOther = ({path: found}: {readonly path: string}) => found !== muslLoader;
	const ours = describeClosure(closure, search);
	const mapped = ours.mapped.filter(isOther);
	const theirs = [...text.matchAll(/^\t(.*?) => (.*) \(0x[0-9a-f]+\)$/gmu)]
		.map(([, name = '', found = '']) => ({name, path: found}))
		.filter(isOther)
		.map(({name, path: found}, index) => {
			const our = mapped[index]?.path;
			return {name, path: our !== undefined && samePlace(found, our, cwd) ? our : found};
		});
	t.deepEqual(mapped, theirs, text);
	const failures = [...text.matchAll(/^Error loading shared library (.*?): /gmu)];
	t.deepEqual(
		closure.unresolved.map(({needed}) => needed),
		failures.map(([, name = '']) => name),
		text,
	);
	return closure;
}

interface Settings {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
}

async function list(path: string, settings: Settings): Promise<string> {
	if (!existsSync(muslLoader)) {
		throw new Error('there is no musl here: install the package musl');
	}

	return new Promise(resolve => {
		execFile(muslLoader, ['--list', path], settings, (_error, stdout, stderr) =>
			resolve(stdout + stderr),
		);
	});
}
