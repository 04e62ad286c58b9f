/**
 * Drive the stages from a request to a bundle, and say what came of it.
 */
import {writeArchive} from '../../lib/archive/write-archive.js';
import {writeDirectory} from '../../lib/archive/write-directory.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {editLoader} from '../../lib/launcher/loader-copy.js';
import {bundleId} from '../../lib/manifest/encode-manifest.js';
import {stageBundle, type StageTools} from '../../lib/stage/stage-bundle.js';
import {interruptibly} from '../interruptible.js';
import {version} from '../version.js';
import {decide, type Decision} from './decide.js';
import {openWorld, type World} from './open-world.js';
import {resolveOutput} from './output.js';
import type {PackRequest} from './pack-request.js';
import {renderPlan} from './render-plan.js';
import {makeReporter} from './reporter.js';

/** Times in a bundle when SOURCE_DATE_EPOCH does not say: the start of 1980, the oldest zip knows. */
const FIXED_TIME = 315_532_800;

export async function pack(packing: PackRequest): Promise<void> {
	// A file size limit is reported by the write that meets it; the signal would end us first.
	process.on('SIGXFSZ', () => undefined);
	await interruptibly(async signal => {
		let close = (): void => undefined;
		try {
			const decision = await decideInWorld(packing, signal, world => {
				close = world.close;
			});
			await carryOut(decision, packing, signal);
		} finally {
			close();
		}
	});
}

/**
 * The world ends here: all that its sysroot remembers, a kilobyte a file, would otherwise be kept
 * while the bundle is written.
 */
async function decideInWorld(
	packing: PackRequest,
	signal: AbortSignal,
	onOpen: (world: Pick<World, 'close'>) => void,
): Promise<Decision> {
	const world = await openWorld(packing, signal);
	onOpen(world);
	return await decide(packing, world);
}

async function carryOut(
	{plan, architecture, launchers}: Decision,
	packing: PackRequest,
	signal: AbortSignal,
): Promise<void> {
	const options = packing.arguments;
	const mtime = entryTime(packing.sourceDateEpoch);
	const reporter = makeReporter({quiet: options.quiet, isTerminal: packing.isTerminal});
	if (options.dryRun) {
		process.stdout.write(renderPlan(plan, options.json));
		return;
	}

	reporter.findings(plan.findings);

	const output = resolveOutput(packing, plan, architecture);
	let manifest: Buffer | undefined;
	const tools: StageTools = {
		tool: `dynpk ${version}`,
		...launchers,
		editLoader: bytes => {
			const {complete: isolated, ...edited} = editLoader(bytes);
			return {...edited, isolated};
		},
		onManifest: bytes => {
			manifest = bytes;
		},
	};
	const writing = {
		entries: stageBundle(plan, tools),
		output: output.path,
		mtime,
		signal,
		onProgress: reporter.progress(plan),
	};
	const written =
		output.form === 'directory'
			? await writeDirectory(writing)
			: await writeArchive({...writing, form: output.form});
	reporter.done();
	const id = bundleId(manifest ?? Buffer.alloc(0));
	const summary = {
		output: output.path,
		id,
		name: plan.name,
		entries: written.entries,
		bytes: written.bytes,
	};
	process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${output.path}\n`);
}

/** @throws {DynpkError} USAGE when the variable is set and no number of seconds. */
function entryTime(text: string | undefined): number {
	if (text === undefined || text === '') {
		return FIXED_TIME;
	}

	const seconds = Number(text);
	if (!/^\d+$/u.test(text) || seconds > 0xffff_ffff) {
		throw new DynpkError('USAGE', `SOURCE_DATE_EPOCH is not a time in seconds: ${text}`);
	}

	return seconds;
}
