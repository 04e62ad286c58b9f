/** The C that runs on targets, as `make` has built it before any test starts. */
import {dirname} from 'node:path';
import {openLauncherKit, type LauncherKit} from '../../../lib/launcher/launcher-kit.js';

/** `architecture` as `uname -m` names it. */
export function builtKit(architecture = 'x86_64'): LauncherKit {
	const kit = openLauncherKit(architecture);
	if (kit === undefined) {
		throw new Error(`no launcher was built for ${architecture}: run make`);
	}

	return kit;
}

/** The directory with the audit stub, the path shim and the canary in it. */
export function builtDirectory(architecture?: string): string {
	const {auditStub} = builtKit(architecture);
	if (auditStub === undefined) {
		throw new Error(`no audit stub was built for ${architecture ?? 'x86_64'}: run make`);
	}

	return dirname(auditStub.path);
}
