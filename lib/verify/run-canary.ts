/**
 * Try the bundled loader and the stub on this host, with a program that uses everything auditing has
 * broken before: threads, thread-local storage, dlopen, dlmopen, exceptions, IFUNC.
 *
 * The stub judges by real paths and finds its rules from where the loader lies, so a bundle of a few
 * files is made for the canary, of copies: the loader, the stub, and the libraries it needs.
 */
import {execFile} from 'node:child_process';
import {
	closeSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	openSync,
	readSync,
	readdirSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {posix} from 'node:path';
import {fileURLToPath} from 'node:url';
import {encodeAuditRules} from '../audit/encode-audit-rules.js';
import {knownLoaders, type AuditLimit} from '../audit/known-loaders.js';
import {faultFromErrno} from '../errors/dynpk-error.js';
import {auditObstacle, loadersAuditedByPreload} from '../manifest/audit-obstacle.js';
import type {BundleManifest, LoaderRecord} from '../manifest/manifest.js';
import {bundlePath, type HostPath} from '../paths/paths.js';
import type {VerifyFinding} from './finding.js';

const STUB = 'libexec/dynpk/libdynpk-audit.so';
const RULES = 'libexec/dynpk/audit.rules';
const CANARY = 'libexec/dynpk/canary';
const TIMEOUT = 60_000;

/** decision 0025 */
const UNSEEN =
	'a loader of it takes no auditor, and a preloaded object judges in its place: it does not see what ' +
	'the C library opens by itself (character sets, name services), what is opened in a namespace ' +
	'of dlmopen, what an opened object of the host needs, and what a program maps without dlopen';

/** What the canary and its objects need, where the bundle has it. */
const libraries = ['libc.so.6', 'libm.so.6', 'libstdc++.so.6', 'libgcc_s.so.1'];
/** Part of libc.so.6 since glibc 2.34; before, the canary asks for them only weakly. */
const oncePartsOfLibc = ['libpthread.so.0', 'libdl.so.2'];

/** As `uname -m` and build/native name the machines that the stub is written for. */
const architectures: Readonly<Record<string, string>> = {'x86-64': 'x86_64', aarch64: 'aarch64'};

export interface CanaryRequest {
	readonly top: HostPath;
	readonly manifest: BundleManifest;
	/** Must be one that programs can run from. */
	readonly privateDirectory: HostPath;
	/** Where canaries were built, one directory a machine; `undefined`: with dynpk itself. */
	readonly native: HostPath | undefined;
	readonly notice: (sentence: string) => void;
}

/** Nothing for a bundle without the stub; a canary that was not built is a notice. */
export async function runCanary(request: CanaryRequest): Promise<VerifyFinding[]> {
	const {top, manifest, privateDirectory, notice} = request;
	const [loader] = manifest.loaders;
	if (loader === undefined || auditObstacle(manifest) !== undefined) {
		return [];
	}

	const byPreload = loadersAuditedByPreload(manifest);
	if (byPreload.size > 0) {
		notice(UNSEEN);
	}

	if (byPreload.has(loader.path)) {
		return [];
	}

	const built = canaryOf(loader, request.native ?? OWN_NATIVE);
	if (built === undefined) {
		notice(
			`no canary was built for ${loader.machine}, which takes a C++ compiler: ` +
				'whether audit works here stays untried',
		);
		return [];
	}

	const place = posix.join(privateDirectory, 'canary');
	const copies = copiesFor(manifest, loader);
	if (!copies.every(({from}) => isFile(posix.join(top, from)))) {
		// What is damaged has been said; of the rest nothing can be tried.
		return [];
	}

	try {
		const machine = identityOf(posix.join(top, loader.path));
		// A bundle of two machines has libraries of one name for each.
		const own = copies.filter(({from}) => identityOf(posix.join(top, from)) === machine);
		makePlace({top, copies: own, place, built});
	} catch (error) {
		throw faultFromErrno(error, `cannot make a place for the canary in ${privateDirectory}`);
	}

	const preload = oncePartsOfLibc.filter(name => existsSync(posix.join(place, 'lib', name)));
	const args = [
		...['--inhibit-cache', '--library-path', posix.join(place, 'lib')],
		...['--audit', posix.join(place, STUB)],
		...(preload.length === 0 ? [] : ['--preload', preload.join(':')]),
		...[posix.join(place, CANARY, 'canary'), posix.join(place, CANARY)],
	];
	const answer = await start(posix.join(place, loader.path), args);
	return judge(answer, loader);
}

/** Where `make` puts what runs on targets. */
const OWN_NATIVE = fileURLToPath(new URL('../../native/', import.meta.url));

/** `undefined` where none was built for the loader's machine. */
function canaryOf({machine}: LoaderRecord, native: string): string | undefined {
	const directory = posix.join(native, architectures[machine] ?? 'none', 'canary');
	return existsSync(posix.join(directory, 'canary')) ? directory : undefined;
}

interface CanaryCopy {
	/** In the bundle. */
	readonly from: string;
	/** In the canary's place. */
	readonly to: string;
}

/** Class, byte order and machine of an ELF file, as it spells them. */
function identityOf(path: string): string {
	const head = Buffer.alloc(20);
	const file = openSync(path, 'r');
	try {
		readSync(file, head);
	} finally {
		closeSync(file);
	}

	return head.toString('latin1', 4, 6) + head.toString('latin1', 18, 20);
}

function copiesFor({objects}: BundleManifest, loader: LoaderRecord): CanaryCopy[] {
	const wanted = new Set([...libraries, ...oncePartsOfLibc]);
	return [
		...[loader.path, STUB].map(path => ({from: path, to: path})),
		...objects.flatMap(({soname, path}) =>
			soname !== undefined && wanted.has(soname)
				? [{from: path, to: posix.join('lib', soname)}]
				: [],
		),
	];
}

function isFile(path: string): boolean {
	try {
		return statSync(path, {throwIfNoEntry: false})?.isFile() === true;
	} catch {
		return false;
	}
}

interface CanaryPlace {
	readonly top: HostPath;
	readonly copies: readonly CanaryCopy[];
	readonly place: string;
	readonly built: string;
}

function makePlace({top, copies, place, built}: CanaryPlace): void {
	mkdirSync(posix.join(place, CANARY), {recursive: true, mode: 0o700});
	mkdirSync(posix.join(place, 'lib'));
	for (const {from, to} of copies) {
		copyFileSync(posix.join(top, from), posix.join(place, to));
	}

	for (const name of readdirSync(built)) {
		copyFileSync(posix.join(built, name), posix.join(place, CANARY, name));
	}

	const libraryPath = [bundlePath('lib')];
	const enforcing = {mode: 'enforce', libraryPath, hostProvided: [], allowed: []} as const;
	writeFileSync(posix.join(place, RULES), encodeAuditRules(enforcing));
}

interface CanaryAnswer {
	readonly said: string;
	readonly complained: string;
	readonly ended: string;
}

async function start(loader: string, args: readonly string[]): Promise<CanaryAnswer> {
	return await new Promise(resolve => {
		const options = {env: {LC_ALL: 'C'}, timeout: TIMEOUT};
		execFile(loader, args, options, (error, said, complained) => {
			const how = error?.signal ?? (error === null ? 'status 0' : `status ${String(error.code)}`);
			resolve({said, complained, ended: how});
		});
	});
}

function judge({said, complained, ended}: CanaryAnswer, loader: LoaderRecord): VerifyFinding[] {
	const expected = new Set<string>(limitsOf(loader));
	const failures = [...said.matchAll(/^failed (?<name>\S+): (?<why>.*)$/gmu)].map(
		({groups}) => [groups?.name ?? '', groups?.why ?? ''] as const,
	);
	// The last check of all: whoever got so far has not crashed on the way.
	const isWhole = /^(?:ok|failed) ifunc\b/mu.test(said);
	const told = failures
		.filter(([name]) => !expected.has(name))
		.map(([name, why]) => `${name} fails under audit: ${why}`);
	// A loader that cannot use an auditor says so and goes on without it.
	const [reason = ''] = complained.trim().split('\n').slice(-1);
	const crash =
		isWhole && reason === ''
			? []
			: [`its loader does not bear auditing here: ${reason === '' ? ended : reason}`];
	return [...told, ...crash].map(message => ({
		code: 'AUDIT_CANARY_FAILED',
		path: loader.path,
		message,
	}));
}

/** What programs of this glibc are known to lose under audit: no news. */
function limitsOf({version}: LoaderRecord): readonly AuditLimit[] {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const row = knownLoaders.find(({from: [a, b]}) => major > a || (major === a && minor >= b));
	return row?.limits ?? [];
}
