/**
 * Turn what a test wants run on a host into the command that does it, and what to clear away after.
 *
 * Where the program runs: an ordinary user (1000, no capability) in its home /home/user, on a
 * read-only root with /proc, /dev, an empty /tmp and an empty home of its own.
 */
import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {entryHelper} from './entry-helper.js';
import type {Host} from './host-with.js';

export interface Bind {
	/** A file or directory of this machine. */
	readonly from: string;
	/** Absolute path on the host; what is missing of it is made. */
	readonly to: string;
	readonly readOnly: boolean;
}

export interface PlacedFile {
	readonly content: string | Buffer;
	readonly mode: number;
}

export interface HostRun {
	/** `argv[0]` is looked up in the PATH of `env`; with a slash it is relative to `cwd`. */
	readonly argv: readonly string[];
	/** What the program finds as its `argv[0]`, when that is not its path. */
	readonly argv0?: string;
	/** A bundle's directory, placed read-only at `bundlePlace`. */
	readonly bundle?: string;
	/** Placed in this order, over the home, /tmp and the bundle. */
	readonly binds?: readonly Bind[];
	/** Files to put over the host's own for this run, by absolute path. */
	readonly files?: Readonly<Record<string, string | PlacedFile>>;
	/** Added to `PATH`, `HOME` and `TERM`, which are all there is; `undefined` takes one away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Default: the bundle where there is one, else the home. */
	readonly cwd?: string;
	readonly noProc?: boolean;
	readonly noexecTmp?: boolean;
	/** As on a machine whose administrator has switched user namespaces off. */
	readonly noUserNamespaces?: boolean;
	/** Done by a shell with every right in a namespace of its own, around the host. */
	readonly before?: string;
}

export interface Entry {
	readonly command: string;
	readonly argv: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Remove the temporary directories. */
	readonly release: () => Promise<void>;
}

export const home = '/home/user';

/** Where a bundle lies on a host: a path that a careless script does not survive. */
export const bundlePlace = `${home}/my bundles/a b'c`;

const ordinaryEnvironment = {PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, TERM: 'dumb'};

/** Make ready to run `request` on `host`; the caller must `release` in the end. */
export async function prepareEntry(host: Pick<Host, 'root'>, request: HostRun): Promise<Entry> {
	const [program] = request.argv;
	if (program === undefined) {
		throw new Error('nothing to run: argv is empty');
	}

	const command = await entryHelper();
	const scratch = await mkdtemp(join(tmpdir(), 'dynpk-host-'));
	const base = join(scratch, 'base');
	await mkdir(base);
	const layers = await placeFiles(request.files ?? {}, scratch);
	const wrapper = request.before === undefined ? [] : wrapperOf(request.before);
	return {
		command: wrapper[0] ?? command,
		argv: [
			...[...wrapper, ...(wrapper.length === 0 ? [] : [command])].slice(1),
			...[...layers, host.root].flatMap(layer => ['--lower', layer]),
			...optionsOf(request),
			...[base, '--', program, request.argv0 ?? program],
			...request.argv.slice(1),
		],
		env: environmentOf(request),
		release: async () => rm(scratch, {recursive: true, force: true}),
	};
}

/** What the shell mounted stays for as long as a descriptor of it is open. */
function wrapperOf(before: string): readonly string[] {
	const script = `${before} && exec 9</proc/sys/fs/binfmt_misc && exec "$@"`;
	return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh'];
}

/** Write the files of one run as a layer to be stacked over the host. */
async function placeFiles(
	files: NonNullable<HostRun['files']>,
	scratch: string,
): Promise<readonly string[]> {
	const layer = join(scratch, 'files');
	for (const [path, file] of Object.entries(files)) {
		const {content, mode} = typeof file === 'string' ? {content: file, mode: 0o644} : file;
		const place = join(layer, path);
		await mkdir(dirname(place), {recursive: true});
		await writeFile(place, content);
		// Apart from writing, because the umask takes from that.
		await chmod(place, mode);
	}

	return Object.keys(files).length === 0 ? [] : [layer];
}

function optionsOf(request: HostRun): readonly string[] {
	const bundle = request.bundle;
	const binds = [
		...(bundle === undefined ? [] : [{from: bundle, to: bundlePlace, readOnly: true}]),
		...(request.binds ?? []),
	];
	return [
		...binds.flatMap(bind => [bind.readOnly ? '--bind-read-only' : '--bind', bind.from, bind.to]),
		...['--cwd', request.cwd ?? (bundle === undefined ? home : bundlePlace)],
		...(request.noProc === true ? ['--no-proc'] : []),
		...(request.noexecTmp === true ? ['--noexec-tmp'] : []),
		...(request.noUserNamespaces === true ? ['--no-user-namespaces'] : []),
	];
}

function environmentOf(request: HostRun): Readonly<Record<string, string>> {
	const all = Object.entries<string | undefined>({...ordinaryEnvironment, ...request.env});
	return Object.fromEntries(
		all.filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}
