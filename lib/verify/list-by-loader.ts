/**
 * Ask the bundled loader itself what it would map, and hold every answer against the bundle.
 *
 * `--list` runs nothing of the program (elf/rtld.c, rtld_mode_trace). Only those loaders that this
 * host runs, and only glibc's: musl's has the switch under another name.
 */
import {execFile} from 'node:child_process';
import {realpathSync} from 'node:fs';
import {posix} from 'node:path';
import type {LoaderLaunch} from '../launcher/launch-spec.js';
import type {BundleManifest, LoaderRecord, ObjectRecord} from '../manifest/manifest.js';
import {hostPath, isWithin, type HostPath} from '../paths/paths.js';
import type {VerifyFinding} from './finding.js';

const TIMEOUT = 30_000;
const AT_ONCE = 4;
const OUTPUT_LIMIT = 16 << 20;

export async function listByLoader(
	top: HostPath,
	manifest: BundleManifest,
	loaders: readonly LoaderRecord[],
): Promise<VerifyFinding[]> {
	const real = hostPath(realpathSync(top));
	const asked = new Set(loaders.filter(({libc}) => libc === 'glibc').map(({path}) => path));
	const pending = manifest.launches.filter(
		(launch): launch is LoaderLaunch =>
			launch.kind === 'loader' && asked.has(launch.loader) && launch.strategy !== 'self',
	);
	const expected = expectationsOf(manifest);
	const findings: VerifyFinding[] = [];
	const worker = async (): Promise<void> => {
		for (let launch = pending.pop(); launch !== undefined; launch = pending.pop()) {
			for (const finding of judge(launch, await list(real, launch), real, expected)) {
				findings.push(finding);
			}
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

/** What the plan says of needed names. */
interface Expectations {
	/** Names that nothing in the bundle answers to. */
	readonly missing: ReadonlySet<string>;
	readonly edges: ReadonlyMap<string, ObjectRecord['needed']>;
	/** By path: equal bytes are one library. */
	readonly digests: ReadonlyMap<string, string | undefined>;
}

function expectationsOf({objects, files}: BundleManifest): Expectations {
	return {
		missing: new Set(
			objects.flatMap(({needed}) =>
				needed.filter(({to}) => to === undefined).map(({name}) => name),
			),
		),
		edges: new Map(objects.map(({path, needed}) => [path, needed])),
		digests: new Map(files.map(({path, sha256}) => [path, sha256])),
	};
}

interface Listed {
	readonly name: string;
	/** As the loader names it, and below the top of the bundle; `undefined` outside. */
	readonly path: string;
	readonly inside: string | undefined;
}

function judge(
	launch: LoaderLaunch,
	answer: string,
	top: HostPath,
	expected: Expectations,
): VerifyFinding[] {
	const findings: VerifyFinding[] = [];
	const listed: Listed[] = [];
	for (const line of answer.split('\n')) {
		const missing = /^\s*(?<name>\S+) => not found$/u.exec(line)?.groups?.name;
		const {name = '', path} =
			/^\s*(?:(?<name>\S+) => )?(?<path>\/.+) \(0x[\da-f]+\)$/u.exec(line)?.groups ?? {};
		if (missing !== undefined && !expected.missing.has(missing)) {
			const message = `the bundled loader does not find ${missing}`;
			findings.push({code: 'LOADER_DISAGREES', path: launch.program, message});
		} else if (path !== undefined) {
			listed.push({name, path, inside: placeInside(path, top)});
		}
	}

	for (const {path} of listed.filter(({inside}) => inside === undefined)) {
		const message = `the bundled loader takes ${path} from the host`;
		findings.push({code: 'OBJECT_FROM_OUTSIDE', path: launch.program, message});
	}

	for (const finding of differences(launch, listed, expected)) {
		findings.push(finding);
	}
	if (listed.length === 0 && findings.length === 0) {
		const [reason = 'nothing'] = answer.trim().split('\n');
		const message = `the bundled loader does not list it: ${reason}`;
		findings.push({code: 'LOADER_DISAGREES', path: launch.program, message});
	}

	return findings;
}

/** Names that the loader answers with another file than the one that answered on the packing machine. */
function differences(
	{program}: LoaderLaunch,
	listed: readonly Listed[],
	{edges, digests}: Expectations,
): VerifyFinding[] {
	const mapped = [program, ...listed.flatMap(({inside}) => inside ?? [])];
	const needed = mapped.flatMap(path => edges.get(path) ?? []);
	return listed.flatMap(({name, inside}) => {
		const wanted = needed.flatMap(edge => (edge.name === name ? (edge.to ?? []) : []));
		// Which variant it is to be, the loader decides by the processor.
		const isVariant = inside?.includes('/glibc-hwcaps/') === true;
		if (inside === undefined || isVariant || wanted.length === 0) {
			return [];
		}

		const digest = digests.get(inside);
		const isRight = wanted.some(
			path => path === inside || (digest !== undefined && digests.get(path) === digest),
		);
		const message = `the bundled loader takes ${inside} for ${name}, not ${wanted[0] ?? ''}`;
		return isRight ? [] : [{code: 'LOADER_DISAGREES', path: program, message}];
	});
}

function placeInside(path: string, top: HostPath): string | undefined {
	try {
		const real = hostPath(realpathSync(path));
		return isWithin(real, top) ? posix.relative(top, real) : undefined;
	} catch {
		return undefined;
	}
}
