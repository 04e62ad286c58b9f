/**
 * Ask the bundled loader itself what it would map, and hold every answer against the bundle.
 *
 * `--list` runs nothing of the program (elf/rtld.c, rtld_mode_trace). Only on a host of the bundle's
 * own machine, and only for glibc: musl's loader has the switch under another name.
 */
import {execFile} from 'node:child_process';
import {realpathSync} from 'node:fs';
import {posix} from 'node:path';
import type {LoaderLaunch} from '../launcher/launch-spec.js';
import type {BundleManifest} from '../manifest/manifest.js';
import {hostPath, isWithin, type HostPath} from '../paths/paths.js';
import type {VerifyFinding} from './finding.js';

const TIMEOUT = 30_000;
const AT_ONCE = 4;
const OUTPUT_LIMIT = 16 << 20;

export async function listByLoader(
	top: HostPath,
	manifest: BundleManifest,
): Promise<VerifyFinding[]> {
	const real = hostPath(realpathSync(top));
	const pending = manifest.launches.filter(
		(launch): launch is LoaderLaunch =>
			launch.kind === 'loader' && launch.libc === 'glibc' && launch.strategy !== 'self',
	);
	const known = new Set(
		manifest.objects.flatMap(({needed}) =>
			needed.filter(({to}) => to === undefined).map(({name}) => name),
		),
	);
	const findings: VerifyFinding[] = [];
	const worker = async (): Promise<void> => {
		for (let launch = pending.pop(); launch !== undefined; launch = pending.pop()) {
			findings.push(...judge(launch, await list(real, launch), real, known));
		}
	};

	await Promise.all(Array.from({length: AT_ONCE}, worker));
	return findings.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function list(top: HostPath, launch: LoaderLaunch): Promise<string> {
	const program = posix.join(top, launch.program);
	const home = posix.dirname(launch.program);
	// Not posix.join: it would take `$ORIGIN/..` for the directory it seems to be.
	const fromProgram = launch.libraryPath.map(path => `$ORIGIN/${posix.relative(home, path)}`);
	const args = [
		...(launch.loaderOptions.inhibitCache ? ['--inhibit-cache'] : []),
		'--library-path',
		fromProgram.join(':'),
		...(launch.loaderOptions.inhibitRpath
			? ['--inhibit-rpath', inhibited(posix.join(top, home), home, launch)]
			: []),
		'--list',
		program,
	];
	return await new Promise(resolve => {
		const options = {env: {LC_ALL: 'C'}, timeout: TIMEOUT, maxBuffer: OUTPUT_LIMIT};
		execFile(posix.join(top, launch.loader), args, options, (_error, stdout, stderr) => {
			resolve(stdout + stderr);
		});
	});
}

/**
 * As the launcher does it (wrappers/launcher/loader-options.c): the loader compares with the names it gave, ""
 * for the program, and for a library the directory of the library path with all its dots.
 */
function inhibited(directory: string, home: string, launch: LoaderLaunch): string {
	const libraries = launch.inhibitRpath.map(
		path => `${directory}/${posix.relative(home, posix.dirname(path))}/${posix.basename(path)}`,
	);
	return [...(launch.inhibitOwnRpath ? [''] : []), ...libraries].join(':');
}

function judge(
	launch: LoaderLaunch,
	answer: string,
	top: HostPath,
	known: ReadonlySet<string>,
): VerifyFinding[] {
	const findings: VerifyFinding[] = [];
	let objects = 0;
	for (const line of answer.split('\n')) {
		const missing = /^\s*(?<name>\S+) => not found$/u.exec(line)?.groups?.name;
		const found = /^\s*(?:\S+ => )?(?<path>\/.+) \(0x[\da-f]+\)$/u.exec(line)?.groups?.path;
		if (missing !== undefined && !known.has(missing)) {
			const message = `the bundled loader does not find ${missing}`;
			findings.push({code: 'LOADER_DISAGREES', path: launch.program, message});
		} else if (found !== undefined) {
			objects++;
			if (!isInside(found, top)) {
				const message = `the bundled loader takes ${found} from the host`;
				findings.push({code: 'OBJECT_FROM_OUTSIDE', path: launch.program, message});
			}
		}
	}

	if (objects === 0 && findings.length === 0) {
		const [reason = 'nothing'] = answer.trim().split('\n');
		const message = `the bundled loader does not list it: ${reason}`;
		findings.push({code: 'LOADER_DISAGREES', path: launch.program, message});
	}

	return findings;
}

function isInside(path: string, top: HostPath): boolean {
	try {
		return isWithin(hostPath(realpathSync(path)), top);
	} catch {
		return false;
	}
}
