/**
 * Have this host tell of itself, by the program that bundles have for others: one truth for both.
 */
import {spawnSync} from 'node:child_process';
import {DynpkError} from '../errors/dynpk-error.js';
import {openLauncherKit} from '../launcher/launcher-kit.js';
import {HOST_FACTS_LIMIT} from './host-facts.js';

export interface HostQuestion {
	/** As `uname -m` says it. */
	readonly architecture: string;
	readonly form: 'json' | 'page';
	readonly environment: Readonly<Record<string, string | undefined>>;
}

/** @throws {DynpkError} UNSUPPORTED_MACHINE where none was built; IO where it cannot be started */
export function askThisHost({architecture, form, environment}: HostQuestion): Buffer {
	const tool = openLauncherKit(architecture)?.host;
	if (tool === undefined) {
		throw new DynpkError(
			'UNSUPPORTED_MACHINE',
			`what asks a host was not built for ${architecture}`,
			{hint: 'run make'},
		);
	}

	const {error, status, stdout, stderr} = spawnSync(tool.path, [`--${form}`], {
		env: environment,
		maxBuffer: HOST_FACTS_LIMIT,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (error !== undefined || status !== 0) {
		const reason = error?.message ?? stderr.toString().trim();
		throw new DynpkError('IO', `cannot ask this host: ${tool.path}: ${reason}`, {cause: error});
	}

	return stdout;
}
