/**
 * A world of objects as a root of its own, with a copy of this machine's loader in it, which is
 * asked from inside by chroot.
 */
import {execFile, execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Closure} from '../../../lib/closure/closure.js';
import {walkClosure} from '../../../lib/closure/walk-closure.js';
import {readElf} from '../../../lib/elf/read-elf.js';
import type {GlibcFacts} from '../../../lib/loader/loader-facts.js';
import type {LoaderSearch} from '../../../lib/loader/loader-search.js';
import {makeGlibcSearch, type GlibcSearchOptions} from '../../../lib/loader/make-glibc-search.js';
import {readLoaderFacts} from '../../../lib/loader/read-loader-facts.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import {buildObjects, type FileSpec, type World} from '../elf/build-objects.js';
import {describeClosure, samePlace} from '../elf/describe-closure.js';
import {
	activeHwcaps,
	parseListing,
	realLoaderPath,
	type Listing,
} from '../elf/real-glibc-loader.js';

export interface ForeignRoot extends World {
	/** Write `/etc/ld.so.cache` by the machine's own ldconfig. */
	ldconfig(...options: readonly string[]): void;
	/** Walk a program of the root, with nothing read before. */
	walk(program: string, options?: Partial<GlibcSearchOptions>): Closure;
	/** Walk with this processor and assert that the loader agrees from inside. */
	compare(t: ExecutionContext, program: string): Promise<Closure>;
}

export async function buildRoot(
	t: ExecutionContext,
	files: Readonly<Record<string, FileSpec>>,
): Promise<ForeignRoot> {
	const world = await buildObjects(t, files);
	const loader = join(world.directory, realLoaderPath());
	mkdirSync(dirname(loader), {recursive: true});
	mkdirSync(world.path('etc'), {recursive: true});
	copyFileSync(realLoaderPath(), loader);
	const {platform, ...hwcaps} = activeHwcaps();

	function open(program: string, options: Partial<GlibcSearchOptions>): Opened {
		const sysroot = openSysroot(world.directory);
		const facts = readLoaderFacts(sysroot, realLoaderPath());
		const search = makeGlibcSearch({sysroot, facts: requireGlibc(facts), ...options});
		const root = readElf(hostPath(world.path(program)));
		return {search, closure: walkClosure(root, sysrootPath(`/${program}`), search)};
	}

	return {
		...world,
		ldconfig: (...options) =>
			void execFileSync('ldconfig', ['-r', world.directory, ...options], {stdio: 'pipe'}),
		walk: (program, options = {}) => open(program, options).closure,
		async compare(assert, program) {
			const listing = await listInside(world.directory, `/${program}`);
			const {search, closure} = open(program, {hwcaps, platform});
			const ours = describeClosure(closure, search);
			const theirs = listing.mapped.map(({name, path}, index) => {
				const our = ours.mapped[index]?.path;
				return {name, path: our !== undefined && samePlace(path, our) ? our : path};
			});
			const [missing] = ours.notFound;
			if (missing === undefined) {
				assert.deepEqual(ours.mapped, theirs, listing.text);
			} else {
				assert.true(listing.fatal?.startsWith(`${missing}: cannot open`), listing.text);
			}

			return closure;
		},
	};
}

interface Opened {
	readonly search: LoaderSearch;
	readonly closure: Closure;
}

function requireGlibc(facts: ReturnType<typeof readLoaderFacts>): GlibcFacts {
	if (facts.kind !== 'glibc') {
		throw new Error('this machine has no glibc');
	}

	return facts;
}

/**
 * Root may chroot; anybody else may in a user namespace. `--list` gives up at the first library it
 * cannot find, but the variable that does not would list chroot itself.
 */
async function listInside(root: string, program: string): Promise<Listing> {
	const inside = ['chroot', root, realLoaderPath(), '--list', program];
	const command = process.geteuid?.() === 0 ? inside : ['unshare', '--map-root-user', ...inside];
	const [file = '', ...words] = command;
	return new Promise(resolve => {
		execFile(file, words, {env: {...process.env, LC_ALL: 'C'}}, (_error, stdout, stderr) =>
			resolve(parseListing(stdout + stderr)),
		);
	});
}
