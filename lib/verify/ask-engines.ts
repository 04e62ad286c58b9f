/**
 * Which engines this host offers to a program of a bundle, told by the program's own launcher: it
 * tries what it would do, so that nothing is decided twice.
 *
 * Asked by DYNPK_EXPLAIN=engines, a native launcher says it in lines of KEY=VALUE on stdout
 * (docs/bundle-format-engines.md) and starts nothing.
 */
import {execFile} from 'node:child_process';
import {closeSync, readSync, realpathSync} from 'node:fs';
import {posix} from 'node:path';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import type {Engine, LaunchSpec} from '../launcher/launch-spec.js';
import type {BundleManifest} from '../manifest/manifest.js';
import {openToRead} from '../paths/open-to-read.js';
import type {HostPath} from '../paths/paths.js';

export interface EngineAnswer {
	/** What the program gets. */
	readonly engine: Engine;
	/** In words, without a full stop. */
	readonly reason: string;
	readonly offers: readonly EngineOffer[];
}

export interface EngineOffer {
	readonly engine: Engine;
	readonly isAvailable: boolean;
	/** `available`, or what is in the way. */
	readonly detail: string;
}

export interface EngineQuestion {
	readonly top: HostPath;
	readonly manifest: BundleManifest;
	/** A name in `bin/`. */
	readonly program: string;
	/** DYNPK_ENGINE, where it is set. */
	readonly asked: string | undefined;
}

const engines = ['direct', 'shim', 'userns'] as const satisfies readonly Engine[];

/** In milliseconds. */
const TIMEOUT = 10_000;

/** What the launcher refuses comes back as its sentence, and so does one that cannot be looked at. */
export async function askEngines(question: EngineQuestion): Promise<EngineAnswer | string> {
	try {
		return await ask(question);
	} catch (error) {
		if (errnoOf(error) === undefined) {
			throw error;
		}

		return faultFromErrno(error, `cannot look at bin/${question.program}`).message;
	}
}

async function ask({
	top,
	manifest,
	program,
	asked,
}: EngineQuestion): Promise<EngineAnswer | string> {
	const launcher = findLauncher(top, manifest, program);
	if (launcher === undefined) {
		return {engine: 'direct', reason: 'it is started as it is', offers: [direct]};
	}

	if (!isNative(launcher)) {
		const reason = 'the shell launcher knows of no other';
		return {engine: 'direct', reason, offers: [direct]};
	}

	return parseAnswer(await say(launcher, asked));
}

const direct: EngineOffer = {engine: 'direct', isAvailable: true, detail: 'available'};

/** The launcher of the program itself; of a script, that of its interpreter. */
function findLauncher(
	top: HostPath,
	{launches}: BundleManifest,
	program: string,
): string | undefined {
	const byPath = new Map<string, LaunchSpec>(launches.map(spec => [spec.launcher, spec]));
	let path = posix.relative(realpathSync(top), realpathSync(posix.join(top, 'bin', program)));
	for (let hops = 0; hops < 4; hops++) {
		const spec = byPath.get(path);
		if (spec?.kind === 'loader' || spec?.kind === 'static') {
			return posix.join(top, spec.launcher);
		}

		const next = spec?.kind === 'script' ? spec.interpreter : spec?.program;
		if (next === undefined) {
			return undefined;
		}

		path = posix.relative(realpathSync(top), realpathSync(posix.join(top, next)));
	}

	return undefined;
}

function isNative(file: string): boolean {
	const magic = Buffer.alloc(4);
	const open = openToRead(file);
	try {
		readSync(open, magic);
	} finally {
		closeSync(open);
	}

	return magic.toString('latin1') === '\u007fELF';
}

interface Said {
	readonly lines: string;
	readonly complaint: string;
}

async function say(launcher: string, asked: string | undefined): Promise<Said> {
	const env = {
		DYNPK_EXPLAIN: 'engines',
		...(asked === undefined ? {} : {DYNPK_ENGINE: asked}),
	};
	return await new Promise(resolve => {
		execFile(launcher, [], {env, timeout: TIMEOUT}, (_error, lines, complaint) => {
			resolve({lines, complaint});
		});
	});
}

function parseAnswer({lines, complaint}: Said): EngineAnswer | string {
	const values = new Map(
		lines.split('\n').map(line => {
			const [key = '', ...value] = line.split('=');
			return [key, value.join('=')];
		}),
	);
	const engine = engines.find(name => name === values.get('engine'));
	if (engine === undefined) {
		return complaint.replace(/^dynpk: /u, '').trim() || 'its launcher says nothing';
	}

	const offers = engines.flatMap((name): EngineOffer[] => {
		const detail = values.get(name);
		return detail === undefined
			? []
			: [{engine: name, isAvailable: detail === 'available', detail}];
	});
	return {engine, reason: values.get('reason') ?? '', offers};
}
