/**
 * The dynamic x86-64 objects under /usr, as the machine's own loader lists them and as we do.
 */
import test, {type ExecutionContext} from 'ava';
import type {Closure} from '../../lib/closure/closure.js';
import {walkClosure} from '../../lib/closure/walk-closure.js';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {probeElf} from '../../lib/elf/probe-elf.js';
import type {LoaderSearch} from '../../lib/loader/loader-search.js';
import {makeGlibcSearch} from '../../lib/loader/make-glibc-search.js';
import {readLoaderFacts} from '../../lib/loader/read-loader-facts.js';
import {hostPath, sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {describeClosure, samePlace, type Description} from '../helpers/elf/describe-closure.js';
import {filesUnder} from '../helpers/elf/elf-files.js';
import {activeHwcaps, listManyByLoader, realLoaderPath} from '../helpers/elf/real-glibc-loader.js';
import {sampleThat} from '../helpers/run/sample.js';

const MOST_OBJECTS = 1000;
const BATCH = 50;
const AT_ONCE = 3;

test('our link map is that of ld.so for the dynamic objects of this machine', async t => {
	t.timeout(600_000);
	const sysroot = openSysroot(hostPath('/'));
	const facts = readLoaderFacts(sysroot, realLoaderPath());
	if (facts.kind !== 'glibc') {
		throw new Error('this machine has no glibc');
	}

	const objects = dynamicObjects(t, facts.object);
	const {platform, ...hwcaps} = activeHwcaps();
	const search = makeGlibcSearch({sysroot, facts, hwcaps, platform, programOrigin: 'as-given'});

	const start = process.hrtime.bigint();
	const ours = objects.map(object => walkOne(object, search));
	const micros = Number((process.hrtime.bigint() - start) / 1000n) / objects.length;

	const differences: string[] = [];
	const batches = Array.from(
		{length: Math.ceil(objects.length / BATCH)},
		(_, index) => index * BATCH,
	);
	const queue = batches.values();
	await Promise.all(
		Array.from({length: AT_ONCE}, async () => {
			for (const from of queue) {
				const paths = objects.slice(from, from + BATCH).map(({path}) => path);
				const listings = await listManyByLoader(paths);
				for (const [index, listing] of listings.entries()) {
					const {mapped, notFound, fatal, text} = listing;
					const theirs: Description = {mapped, notFound, isFatal: fatal !== undefined};
					const mine = ours[from + index];
					if (!sameDescription(theirs, mine)) {
						differences.push(
							`${paths[index] ?? ''}\n${text}\n${JSON.stringify(mine, undefined, 1)}`,
						);
					}
				}
			}
		}),
	);

	t.log(`${objects.length} objects compared, ${differences.length} differences`);
	t.log(`${micros.toFixed(0)} µs for each of our closures, reading included`);
	t.log(`${ours.filter(one => one.isFatal).length} refused by both`);
	t.true(objects.length > 100);
	t.deepEqual(differences, []);
});

function walkOne(object: ElfObject, search: LoaderSearch): Description {
	const closure: Closure = walkClosure(object, sysrootPath(object.path), search, {dlopenNotes: []});
	return describeClosure(closure, search);
}

/** Where the loader gives up it lists nothing, so only that counts. */
function sameDescription(theirs: Description, ours: Description | undefined): boolean {
	if (ours === undefined || ours.isFatal || theirs.isFatal) {
		return ours?.isFatal === theirs.isFatal;
	}

	const isSame = (index: number) => {
		const [their, our] = [theirs.mapped[index], ours.mapped[index]];
		return their?.name === our?.name && samePlace(their?.path ?? '', our?.path ?? '');
	};
	return (
		theirs.mapped.length === ours.mapped.length &&
		theirs.mapped.every((_, index) => isSame(index)) &&
		JSON.stringify(theirs.notFound) === JSON.stringify(ours.notFound)
	);
}

/** Objects the loader lists: dynamic, its own class and machine, each file once. */
function dynamicObjects(t: ExecutionContext, loader: ElfObject): readonly ElfObject[] {
	const objects = new Map<string, ElfObject>();
	sampleThat(t, filesUnder('/usr'), MOST_OBJECTS, path => {
		const object = readDynamic(path, loader);
		const isNew = object !== undefined && !objects.has(object.fileId);
		if (isNew) {
			objects.set(object.fileId, object);
		}

		return isNew;
	});
	return [...objects.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readDynamic(path: HostPath, loader: ElfObject): ElfObject | undefined {
	let object: ElfObject | undefined;
	try {
		object = probeElf(path);
	} catch {
		// What the reader refuses is its own tests' business.
		return undefined;
	}

	if (object === undefined || object.fileId === loader.fileId) {
		return undefined;
	}

	const isMapped = object.isDynamic && (object.type === 'shared' || object.type === 'executable');
	const fits = object.machine === loader.machine && object.class === loader.class;
	return isMapped && fits ? object : undefined;
}
