/**
 * What runs on targets and travels with dynpk, prebuilt: native launchers, audit stubs, path shims,
 * modules for name services and what tells of hosts, by architecture.
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
	readonly auditStub: KitTool | undefined;
	/** The path shim; `undefined` where none was built. */
	readonly shim: KitTool | undefined;
	/** Answers for the host's name services; `undefined` where none was built. */
	readonly nss: KitTool | undefined;
	/** Tells what kind of host it is on; `undefined` where none was built. */
	readonly host: KitTool | undefined;
}

/** A file that is copied into bundles. */
export interface KitTool {
	readonly path: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** `undefined` where no launcher was built for this architecture, as `uname -m` names it. */
export function openLauncherKit(architecture: string): LauncherKit | undefined {
	const place = (name: string): HostPath => nativePath(architecture, name);
	const [launcher, stub] = [place('launcher'), place('self-stub')];
	if (sizeOf(launcher) === undefined || sizeOf(stub) === undefined) {
		return undefined;
	}

	const toolAt = (path: HostPath): KitTool | undefined => {
		const size = sizeOf(path);
		return size === undefined ? undefined : {path, size};
	};
	return {
		launcher: readFileSync(launcher),
		stub: readFileSync(stub),
		auditStub: toolAt(place('libdynpk-audit.so')),
		shim: toolAt(place('path-shim.so')),
		nss: toolAt(place('libdynpk-names.so')),
		host: toolAt(place('host')),
	};
}

/** Where what was built for an architecture lies, if it was. */
export function nativePath(architecture: string, name: string): HostPath {
	const directory = new URL(`../../native/${architecture}/`, import.meta.url);
	return hostPath(fileURLToPath(new URL(name, directory)));
}

function sizeOf(path: HostPath): number | undefined {
	return statSync(path, {throwIfNoEntry: false})?.size;
}
