/**
 * Every ELF file of this machine, read by us and by readelf(1): no difference in any field.
 *
 * Two things are compared by rule only where both readers look at the same bytes. readelf finds
 * version records by section, so a file without section headers has none for it. It finds notes by
 * section too, and a note that no PT_NOTE covers (object files, Go's build ids) is not loaded and
 * therefore not read here.
 */
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import {compareWithReadelf} from '../helpers/compare-with-readelf.js';
import {elfFilesUnder} from '../helpers/elf-files.js';
import {readelf} from '../helpers/readelf.js';

const FILES_A_PROCESS = 250;

test('every ELF file below /usr reads as readelf reads it', async t => {
	const paths = elfFilesUnder('/usr');
	const differences: string[] = [];
	let readings = 0;
	let versionNeeds = 0;

	for (let first = 0; first < paths.length; first += FILES_A_PROCESS) {
		const batch = paths.slice(first, first + FILES_A_PROCESS);
		const theirs = await readelf(batch);
		readings += theirs.size;
		for (const path of batch) {
			const reading = theirs.get(path);
			versionNeeds += reading?.versionNeeds?.length ?? 0;
			differences.push(
				...(reading === undefined
					? [`${path}: not read`]
					: compareWithReadelf(readElf(path), reading)),
			);
		}
	}

	t.log(`compared ${readings} files, ${differences.length} differences`);
	t.deepEqual(differences.slice(0, 20), []);
	t.is(readings, paths.length);
	t.true(readings > 100 && versionNeeds > 100, 'there must be something to compare');
});
