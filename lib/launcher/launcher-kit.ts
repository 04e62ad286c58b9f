/**
 * The prebuilt native launchers that travel with dynpk, by architecture.
 *
 * Made from wrappers/launcher by `make`; an architecture without one is served by the shell launcher.
 */
import {existsSync, readFileSync} from 'node:fs';

export interface LauncherKit {
	readonly launcher: Buffer;
	/** Entry stub for programs that read their own file. */
	readonly stub: Buffer;
}

/** `undefined` where no launcher was built for this architecture, as `uname -m` names it. */
export function openLauncherKit(architecture: string): LauncherKit | undefined {
	const directory = new URL(`../../native/${architecture}/`, import.meta.url);
	const [launcher, stub] = ['launcher', 'self-stub'].map(name => new URL(name, directory));
	if (launcher === undefined || stub === undefined || !existsSync(launcher) || !existsSync(stub)) {
		return undefined;
	}

	return {launcher: readFileSync(launcher), stub: readFileSync(stub)};
}
