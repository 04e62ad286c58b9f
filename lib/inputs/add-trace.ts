/**
 * Add what a traced run showed to a payload: programs it started, objects it loaded, files it read.
 *
 * Objects become roots of the walk like any ELF file that is carried, programs get launchers like any
 * other. What is this machine's or private stays behind, as a finding.
 */
import {posix} from 'node:path';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {TraceEvidence} from '../trace/trace-evidence.js';
import {makePrivacy} from './home-software.js';
import type {Collector} from './payload-collector.js';
import {traceCompanionsOf} from './trace-companions.js';
import {traceObstacle} from './trace-rules.js';

export function addTrace(evidence: TraceEvidence, collector: Collector, sysroot: Sysroot): void {
	const use = new Map<SysrootPath, string>();
	const see = (path: SysrootPath, what: string): void => {
		if (!use.has(path)) {
			use.set(path, what);
		}
	};

	for (const {path} of evidence.programs) {
		see(path, 'started');
	}

	for (const {path, name, requester, place} of evidence.objects) {
		const by = requester === undefined ? '' : ` by ${requester}`;
		see(path, `loaded as ${name}${by}${place === undefined ? '' : ` (${place})`}`);
	}

	for (const {path, use: how} of evidence.files) {
		see(path, how === 'read' ? 'read' : 'looked at');
		for (const source of pythonSource(path)) {
			see(source, `source of ${path}`);
		}
	}

	for (const path of [...use.keys()]) {
		for (const companion of traceCompanionsOf(path, sysroot)) {
			see(companion, `companion of ${path}`);
		}
	}

	const isPrivate = makePrivacy(evidence);
	for (const [path, seen] of use) {
		addSeen(path, seen, {isPrivate, collector, sysroot});
	}
}

interface Adding {
	readonly isPrivate: (path: SysrootPath) => boolean;
	readonly collector: Collector;
	readonly sysroot: Sysroot;
}

function addSeen(path: SysrootPath, seen: string, {isPrivate, collector, sysroot}: Adding): void {
	const real = sysroot.realPath(path);
	const kind = real === undefined ? undefined : sysroot.status(real)?.kind;
	if (kind !== 'file' || real === undefined || collector.entries.has(real)) {
		// Its links may be new; the file itself has its reason already.
		if (real !== undefined && collector.entries.has(real)) {
			collector.add(path, {kind: 'trace', seen});
		}

		return;
	}

	const obstacle = traceObstacle(path, isPrivate, sysroot);
	if (obstacle === undefined) {
		collector.add(path, {kind: 'trace', seen});
		return;
	}

	const code = obstacle.owner === 'host' ? 'TRACE_OF_HOST_LEFT_OUT' : 'TRACE_PRIVATE_LEFT_OUT';
	const message = `was ${seen}; left out because it ${obstacle.reason}; --with takes it along`;
	collector.report({code, path, message});
}

/** Python reads the compiled form, but only where the source stands. */
function pythonSource(path: SysrootPath): SysrootPath[] {
	const parts = /^(?<base>.*)\/__pycache__\/(?<module>[^/.]+)\.[^/]*\.pyc$/u.exec(path)?.groups;
	return parts === undefined
		? []
		: [sysrootPath(posix.join(parts.base ?? '/', `${parts.module ?? ''}.py`))];
}
