/**
 * Make a directory at most once, whoever and however many ask for it at the same time.
 *
 * It is made beside its place under a lock and renamed when it is whole, so a place that exists can
 * be used without asking.
 */
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, rename, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {withLock} from './with-lock.js';

/** Return `place`, after `make` has filled it unless somebody had done so before. */
export async function makeOnce(
	place: string,
	make: (directory: string) => Promise<void>,
): Promise<string> {
	if (existsSync(place)) {
		return place;
	}

	await mkdir(dirname(place), {recursive: true, mode: 0o700});
	await withLock(`${place}.lock`, async () => {
		if (existsSync(place)) {
			return;
		}

		await removeLeftovers(place);
		const directory = await mkdtemp(partial(place));
		try {
			await make(directory);
			await rename(directory, place);
		} catch (error) {
			await rm(directory, {recursive: true, force: true});
			throw error;
		}
	});
	return place;
}

function partial(place: string): string {
	return `${place}.partial-`;
}

/** Nobody else builds while we hold the lock, so what is half made belongs to a killed builder. */
async function removeLeftovers(place: string): Promise<void> {
	const prefix = basename(partial(place));
	for (const name of await readdir(dirname(place))) {
		if (name.startsWith(prefix)) {
			await rm(join(dirname(place), name), {recursive: true, force: true});
		}
	}
}
