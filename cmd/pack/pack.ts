/** Pack, and say what came of it. */
import {decide, type Decision} from '../../lib/pack/decide.js';
import type {PackRequest} from '../../lib/pack/pack-request.js';
import {checkOutput, resolveOutput} from '../../lib/pack/resolve-output.js';
import {writeBundle} from '../../lib/pack/write-bundle.js';
import {interruptibly} from '../interruptible.js';
import {renderPlan} from './render-plan.js';
import {makeReporter, type Reporter} from './reporter.js';

export interface Packing {
	readonly request: PackRequest;
	/** Seconds since 1970, of every entry. */
	readonly mtime: number;
	/** Only say what would be packed. */
	readonly dryRun: boolean;
	readonly json: boolean;
	readonly quiet: boolean;
	readonly isTerminal: boolean;
}

/** @throws {DynpkError} what the stages throw. */
export async function pack(packing: Packing): Promise<void> {
	// A file size limit is reported by the write that meets it; the signal would end us first.
	process.on('SIGXFSZ', () => undefined);
	const reporter = makeReporter(packing);
	if (!packing.dryRun) {
		checkOutput(packing.request);
	}

	await interruptibly(async (signal, atOnce) => {
		const decision = await decide(packing.request, {signal, atOnce});
		try {
			reporter.findings(decision.plan.findings);
			reporter.session(decision.session);
			process.stdout.write(
				packing.dryRun
					? renderPlan(decision.plan, packing.json)
					: await write(decision, packing, reporter, signal),
			);
		} finally {
			decision.close();
		}
	});
}

async function write(
	decision: Decision,
	{request, mtime, json}: Packing,
	reporter: Reporter,
	signal: AbortSignal,
): Promise<string> {
	const output = resolveOutput(request, decision);
	const {plan} = decision;
	const {version} = request;
	const onProgress = reporter.progress(plan);
	const {id, entries, bytes} = await writeBundle(decision, {
		output,
		mtime,
		version,
		signal,
		onProgress,
	});
	reporter.done();
	const summary = {output: output.path, id, name: plan.name, entries, bytes};
	return json ? `${JSON.stringify(summary)}\n` : `${output.path}\n`;
}
