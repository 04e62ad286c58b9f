/** What `pack` would say of a target that it leaves behind, and packs with `--suspected`. */
import {tmpdir} from 'node:os';
import {posix} from 'node:path';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import {decide} from '../../lib/pack/decide.js';
import type {PackRequest} from '../../lib/pack/pack-request.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {interruptibly} from '../interruptible.js';
import {VERSION} from '../version.js';

/** A target, and where it is looked for. */
export interface SuspectInquiry {
	readonly path: string;
	readonly sysroot: string;
	/** As in LD_LIBRARY_PATH; nothing where the user's is not to be obeyed. */
	readonly libraryPath: string;
	readonly workingDirectory: string;
	readonly searchPath: readonly string[];
	readonly cache: HostPath | undefined;
}

/** @throws {DynpkError} what {@link decide} throws */
export async function findLeftSuspects(inquiry: SuspectInquiry): Promise<readonly FindingRecord[]> {
	const findings: FindingRecord[] = [];
	await interruptibly(async (signal, atOnce) => {
		const {plan, close} = await decide(packRequest(inquiry), {signal, atOnce});
		close();
		findings.push(...plan.findings);
	});
	return findings;
}

/** As `pack` has it where nothing but a target is named; what is missing is no question here. */
function packRequest({path, workingDirectory, sysroot, ...inquiry}: SuspectInquiry): PackRequest {
	const {libraryPath, searchPath, cache} = inquiry;
	return {
		...{
			targets: [path],
			listedAt: new Map(),
			name: undefined,
			output: undefined,
			level: undefined,
			force: false,
		},
		...{with: [], scan: [], traces: [], exclude: [], verbatim: [], repositories: []},
		...{libraryPath, session: process.env, missing: 'ignore', strict: false},
		...{scope: 'auto', recommends: 'named', commands: false, suspected: false},
		audit: {mode: 'off', allowed: [], allowedPrograms: []},
		...{launcher: 'auto', strategy: 'auto', engine: 'auto', version: VERSION},
		sysroot: hostPath(posix.resolve(workingDirectory, sysroot)),
		workingDirectory: hostPath(workingDirectory),
		searchPath,
		temporaryDirectory: hostPath(tmpdir()),
		cache,
	};
}
