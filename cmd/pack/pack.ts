/** Pack, and say what came of it. */
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {managersAtWork, watchUpgrades} from '../../lib/installed/upgrade-watch.js';
import {decide, type Decision} from '../../lib/pack/decide.js';
import type {PackRequest} from '../../lib/pack/pack-request.js';
import {assertFree, checkOutput, resolveOutput} from '../../lib/pack/resolve-output.js';
import {writeBundle} from '../../lib/pack/write-bundle.js';
import {filesOfPlan} from '../../lib/inspect/packed-files.js';
import {renderPackageWhy} from '../inspect/render-package-why.js';
import {interruptibly} from '../interruptible.js';
import {collectEarly} from './collect-early.js';
import {describeBundle} from './describe-bundle.js';
import {renderPlan} from './render-plan.js';
import {megabytes, refuseTooLarge, sizeOfPlan} from './refuse-too-large.js';
import {makeReporter, type Reporter} from './reporter.js';

export interface Packing {
	readonly request: PackRequest;
	/** Seconds since 1970, of every entry. */
	readonly mtime: number;
	/** In bytes; `undefined` for any size. */
	readonly maxSize: number | undefined;
	/** Only say what would be packed. */
	readonly dryRun: boolean;
	/** Only say by whose wish this package would be. */
	readonly why: string | undefined;
	readonly json: boolean;
	readonly quiet: boolean;
	readonly isTerminal: boolean;
}

/** @throws {DynpkError} what the stages throw. */
export async function pack(packing: Packing): Promise<void> {
	// A file size limit is reported by the write that meets it; the signal would end us first.
	process.on('SIGXFSZ', () => undefined);
	const {request} = packing;
	const reporter = makeReporter(packing);
	const isDry = packing.dryRun || packing.why !== undefined;
	if (!isDry) {
		checkOutput(request);
	}

	const upgrades = watchUpgrades(request.sysroot);
	reporter.atWork(managersAtWork(request.sysroot));
	try {
		await interruptibly(async (signal, atOnce) => {
			const decision = await decide(
				request,
				{signal, atOnce},
				{
					step: what => reporter.step(what),
					gathered: collectEarly,
					named(parts) {
						if (!isDry) {
							assertFree(resolveOutput(request, parts));
						}
					},
				},
			);
			reporter.done();
			try {
				await carryOut(decision, packing, reporter, signal);
				reporter.upgraded(upgrades.changed());
			} finally {
				decision.close();
			}
		});
	} catch (error) {
		throw withUpgrade(error, [...managersAtWork(request.sysroot), ...upgrades.changed()]);
	} finally {
		reporter.done();
	}
}

/** What changed under us, a package manager probably changed. */
function withUpgrade(error: unknown, managers: readonly string[]): unknown {
	const [manager] = managers;
	if (!(error instanceof DynpkError) || error.code !== 'INPUT_CHANGED' || manager === undefined) {
		return error;
	}

	const {code, message, details} = error;
	const hint = `${manager} changes packages: pack again when it has ended`;
	return new DynpkError(code, message, {details, hint, cause: error});
}

async function carryOut(
	decision: Decision,
	packing: Packing,
	reporter: Reporter,
	signal: AbortSignal,
): Promise<void> {
	const {plan, session} = decision;
	const {why, dryRun, json} = packing;
	if (why !== undefined) {
		const {packages, findings} = plan;
		const files = filesOfPlan(plan);
		process.stdout.write(renderPackageWhy(why, {packages, findings, files}, json));
		return;
	}

	reporter.findings(plan.findings);
	reporter.session(session);
	refuseTooLarge(plan, packing.maxSize);
	if (dryRun) {
		process.stdout.write(renderPlan(plan, json));
	} else {
		await write(decision, packing, reporter, signal);
	}
}

async function write(
	{plan, launchers, architecture}: Decision,
	{request, mtime, json}: Packing,
	reporter: Reporter,
	signal: AbortSignal,
): Promise<void> {
	const output = resolveOutput(request, {name: plan.name, architecture});
	const {version, level} = request;
	const onProgress = reporter.progress(plan);
	reporter.step(`packing ${plan.operations.length} entries, ${megabytes(sizeOfPlan(plan))}`);
	const {id, entries, bytes, sparse} = await writeBundle(
		{plan, launchers, architecture},
		{output, mtime, version, level, signal, onProgress},
	);
	reporter.done();
	reporter.sparse(sparse);
	// There the bundle itself went.
	if ('stream' in output) {
		return;
	}

	const summary = {output: output.path, id, name: plan.name, entries, bytes};
	process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${output.path}\n`);
	reporter.packed(() => describeBundle({plan, output, bytes, architecture}));
}
