/** Do something with a directory that others may enter, and remove it. */
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export async function inScratch(work: (scratch: string) => Promise<void>): Promise<void> {
	const scratch = mkdtempSync(join(tmpdir(), 'dynpk-sweep-'));
	chmodSync(scratch, 0o755);
	try {
		await work(scratch);
	} finally {
		rmSync(scratch, {recursive: true, force: true});
	}
}
