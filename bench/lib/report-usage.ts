/** Loaded before a program by `node --import`: write what the process used, when it ends. */
import {writeFileSync} from 'node:fs';

process.on('exit', () => {
	const file = process.env.DYNPK_BENCH_USAGE;
	if (file !== undefined) {
		writeFileSync(file, JSON.stringify(process.resourceUsage()));
	}
});
