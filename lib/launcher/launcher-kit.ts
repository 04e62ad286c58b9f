/**
 * What runs on targets and travels with dynpk, prebuilt: native launchers and audit stubs, by
 * architecture.
 *
 * Made from wrappers/ and audit-stub/ by `make`; an architecture without a launcher is served by the
 * shell launcher.
 */
import {readFileSync, statSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {hostPath, type HostPath} from '../paths/paths.js';

export interface LauncherKit {
	readonly launcher: Buffer;
	/** Entry stub for programs that read their own file. */
	readonly stub: Buffer;
	/** `undefined` where none was built. */
	readonly auditStub: AuditStub | undefined;
}

export interface AuditStub {
	readonly path: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** `undefined` where no launcher was built for this architecture, as `uname -m` names it. */
export function openLauncherKit(architecture: string): LauncherKit | undefined {
	const directory = new URL(`../../native/${architecture}/`, import.meta.url);
	const place = (name: string): HostPath => hostPath(fileURLToPath(new URL(name, directory)));
	const [launcher, stub] = [place('launcher'), place('self-stub')];
	if (sizeOf(launcher) === undefined || sizeOf(stub) === undefined) {
		return undefined;
	}

	const audit = place('libdynpk-audit.so');
	const size = sizeOf(audit);
	return {
		launcher: readFileSync(launcher),
		stub: readFileSync(stub),
		auditStub: size === undefined ? undefined : {path: audit, size},
	};
}

function sizeOf(path: HostPath): number | undefined {
	return statSync(path, {throwIfNoEntry: false})?.size;
}
