/** Say on stderr what a user wants to know while and after packing; progress on a terminal only. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';

export interface Reporter {
	finding(finding: FindingRecord): void;
	progress(
		plan: BundlePlan,
	): (progress: {readonly entries: number; readonly bytes: number}) => void;
	done(): void;
}

/** Findings that a user can act on; the others are in the manifest for whoever looks. */
const worthSaying = new Set([
	'SET_ID_LEFT_OUT',
	'UNREADABLE_LEFT_OUT',
	'SPECIAL_FILE_LEFT_OUT',
	'SCRIPT_NOT_STARTED_HERE',
	'NEEDED_MISSING',
	'TRACE_PRIVATE_LEFT_OUT',
	'LOADER_NOT_ISOLATED',
]);

const REFRESH = 64;

export function makeReporter(options: {
	readonly quiet: boolean;
	readonly isTerminal: boolean;
}): Reporter {
	let shown = false;
	return {
		finding({code, path, message}) {
			if (!options.quiet && worthSaying.has(code)) {
				process.stderr.write(`dynpk: ${sanitise(path)}: ${sanitise(message)}\n`);
			}
		},
		progress(plan) {
			const total = plan.operations.length;
			return ({entries, bytes}) => {
				if (options.isTerminal && !options.quiet && entries % REFRESH === 0) {
					shown = true;
					const size = (bytes / 1e6).toFixed(0);
					process.stderr.write(`\r${entries} of ${total} entries, ${size} MB\u001b[K`);
				}
			};
		},
		done() {
			if (shown) {
				process.stderr.write('\r\u001b[K');
			}
		},
	};
}
