/**
 * A process that packs, for tests of what only a process has: a umask, a time zone, memory, an end.
 *
 * Its one argument is a `PackOrder` as JSON. It prints one line of JSON about how it went, and stops
 * on SIGINT as `dynpk pack` does.
 */
import {lstatSync, readdirSync} from 'node:fs';
import type {ArchiveEntry} from '../../../lib/archive/archive-entry.js';
import type {ArchiveForm} from '../../../lib/archive/archive-request.js';
import {writeArchive} from '../../../lib/archive/write-archive.js';
import {findEncoder} from '../../../lib/launcher/archive-tools.js';
import {writeDirectory} from '../../../lib/archive/write-directory.js';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {hostPath} from '../../../lib/paths/paths.js';

export interface PackOrder {
	/** A directory of regular files. */
	readonly input: string;
	readonly output: string;
	readonly form: ArchiveForm | 'directory';
	readonly umask?: number;
	/** Pack the input over and over, and say so on stdout the second time: there is no end but SIGINT. */
	readonly endless?: boolean;
}

export interface PackReport {
	readonly code: string;
	readonly message: string;
	/** In MiB. */
	readonly peak: number;
}

/** The entries of a flat directory, in order of their names. */
function entriesOf(input: string): readonly ArchiveEntry[] {
	const files = readdirSync(input).sort();
	return [
		{kind: 'directory', path: 'tree', mode: 0o755},
		...files.map((name): ArchiveEntry => {
			const path = hostPath(`${input}/${name}`);
			const content = {kind: 'host-file', path, size: lstatSync(path).size} as const;
			return {kind: 'file', path: `tree/${name}`, mode: 0o640, content};
		}),
	];
}

function* endlessEntries(input: string): Generator<ArchiveEntry> {
	const [top, ...files] = entriesOf(input);
	if (top !== undefined) yield top;
	for (let round = 0; ; round += 1) {
		for (const file of files) yield {...file, path: `${file.path}.${round}`};
		if (round === 0) process.stdout.write('running\n');
	}
}

async function pack({input, output, form, umask, endless}: PackOrder): Promise<PackReport> {
	if (umask !== undefined) process.umask(umask);
	const controller = new AbortController();
	process.on('SIGINT', () => controller.abort());
	// Without it, the kernel ends whoever writes beyond `ulimit -f`.
	process.on('SIGXFSZ', () => undefined);
	const peak = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
	const request = {
		entries: endless === true ? endlessEntries(input) : entriesOf(input),
		output: hostPath(output),
		mtime: 1,
		signal: controller.signal,
	};
	try {
		if (form === 'directory') await writeDirectory(request);
		else await writeArchive({...request, form, encoder: findEncoder()});
		return {code: 'OK', message: '', peak: peak()};
	} catch (error) {
		if (!(error instanceof DynpkError)) throw error;
		return {code: error.code, message: error.message, peak: peak()};
	}
}

const report = await pack(JSON.parse(process.argv[2] ?? '') as PackOrder);
process.stdout.write(`${JSON.stringify(report)}\n`);
