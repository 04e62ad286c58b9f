/**
 * What readelf(1) calls a machine, asked of itself with a file of that machine.
 *
 * A machine may have files for any other, so no list of names would be long enough.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {writeElf} from './elf-writer.js';
import {readelf} from './readelf.js';

export async function machineNames(
	machines: Iterable<number>,
): Promise<ReadonlyMap<number, string>> {
	const directory = mkdtempSync(join(tmpdir(), 'dynpk-test-'));
	try {
		const files = new Map(
			[...new Set(machines)].map(machine => [machine, join(directory, String(machine))]),
		);
		files.forEach((file, machine) => {
			writeFileSync(file, writeElf({machine}).bytes);
		});
		const readings = await readelf([...files.values()]);
		return new Map([...files].map(([machine, file]) => [machine, readings.get(file)!.machine]));
	} finally {
		rmSync(directory, {recursive: true});
	}
}
