/**
 * One walk, and the machine's own loader asked the same question.
 *
 * The world lies on this machine, so its own facts, processor and directories count.
 */
import type {ExecutionContext} from 'ava';
import type {Closure, Edge} from '../../../lib/closure/closure.js';
import {walkClosure} from '../../../lib/closure/walk-closure.js';
import {readElf} from '../../../lib/elf/read-elf.js';
import type {GlibcFacts} from '../../../lib/loader/loader-facts.js';
import type {LoaderSearch} from '../../../lib/loader/loader-search.js';
import {makeGlibcSearch, type GlibcSearchOptions} from '../../../lib/loader/make-glibc-search.js';
import {readLoaderFacts} from '../../../lib/loader/read-loader-facts.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import {asNobody} from '../run/as-nobody.js';
import {describeClosure, samePlace} from './describe-closure.js';
import {activeHwcaps, listByLoader, realLoaderPath, type ListOptions} from './real-glibc-loader.js';

export interface Question extends ListOptions {
	readonly ldLibraryPath?: string;
	/** What is told to our search and is said to the loader in other ways. */
	readonly search?: Partial<GlibcSearchOptions>;
}

interface Walked {
	readonly closure: Closure;
	readonly search: LoaderSearch;
}

/** Facts of the loader of this machine. */
export function realFacts(): GlibcFacts {
	const facts = readLoaderFacts(openSysroot(hostPath('/')), realLoaderPath());
	if (facts.kind !== 'glibc') {
		throw new Error('this machine has no glibc');
	}

	return facts;
}

/** Walk as the loader would on this machine, with this processor. */
function walkHere(path: string, question: Question): Walked {
	const sysroot = openSysroot(hostPath('/'));
	const {platform, ...hwcaps} = activeHwcaps();
	const search = makeGlibcSearch({
		sysroot,
		facts: realFacts(),
		hwcaps,
		platform,
		programOrigin: 'as-given',
		ldLibraryPath: question.ldLibraryPath,
		workingDirectory: sysrootPath(question.cwd ?? '/'),
		...question.search,
	});
	const root = readElf(hostPath(path));
	return {closure: walkClosure(root, sysrootPath(path), search, {dlopenNotes: []}), search};
}

/** Walk, assert that the loader agrees in names, order, paths and misses, and hand the walk over. */
export async function compareWithLoader(
	t: ExecutionContext,
	path: string,
	question: Question = {},
): Promise<Closure> {
	const {ldLibraryPath, environment, ...options} = question;
	const variable = ldLibraryPath === undefined ? {} : {LD_LIBRARY_PATH: ldLibraryPath};
	const listing = await listByLoader(path, {
		...options,
		environment: {...environment, ...variable},
	});
	const walk = () => walkHere(path, question);
	const {closure, search} = question.uid === undefined ? walk() : asNobody(walk);
	const ours = describeClosure(closure, search);
	if (listing.fatal !== undefined || ours.isFatal) {
		t.is(ours.isFatal, listing.fatal !== undefined, listing.text);
		return closure;
	}

	const theirs = listing.mapped.map(({name, path}, index) => {
		const our = ours.mapped[index]?.path;
		const isSame = our !== undefined && samePlace(path, our, question.cwd);
		return {name, path: isSame ? our : path};
	});
	t.deepEqual(ours.mapped, theirs, listing.text);
	t.deepEqual(ours.notFound, listing.notFound, listing.text);
	return closure;
}

/** What was asked for and found, the loader aside, in the order of the requests. */
export function answersIn({edges}: Closure): readonly Edge[] {
	return edges.filter(({place}) => place !== 'interpreter');
}

/** `NAME: place` for each of them. */
export function placesIn(closure: Closure): readonly string[] {
	return answersIn(closure).map(({needed, place}) => `${needed}: ${place}`);
}
