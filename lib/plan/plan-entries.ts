/**
 * What `bin/` offers: links to the programs, and launchers for those that care by which path they
 * are started.
 */
import {posix} from 'node:path';
import type {PackedProgram, Payload} from '../inputs/payload.js';
import type {ForwardLaunch} from '../launcher/launch-spec.js';
import {bundlePath, payloadPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import type {WalkedPayload} from './walk-payload.js';

/**
 * Programs of a Python virtual environment: which one it is, Python tells by the path it is started
 * by (PEP 405), so `bin/` needs more than a link.
 */
export function planForwards({
	payload,
	walked,
	sysroot,
}: {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly sysroot: Sysroot;
}): Map<string, ForwardLaunch> {
	const files = new Set(payload.entries.map(({path}) => path));
	const environments = payload.programs.filter(({path}) => {
		const real = sysroot.realPath(path);
		const configuration = posix.join(posix.dirname(path), '..', 'pyvenv.cfg') as SysrootPath;
		return real !== undefined && walked.programs.has(real) && files.has(configuration);
	});
	return new Map(
		environments.map(({name, path}) => [
			name,
			{
				kind: 'forward',
				launcher: bundlePath(`bin/${name}`),
				program: payloadPath(path),
				environment: [],
				requires: {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64},
			},
		]),
	);
}

export function programOperation(
	{name, path}: PackedProgram,
	forwards: ReadonlyMap<string, ForwardLaunch>,
): Operation {
	const launch = forwards.get(name);
	const place = bundlePath(`bin/${name}`);
	return launch === undefined
		? {
				kind: 'symlink',
				path: place,
				target: posix.join('..', payloadPath(path)),
				reason: 'target',
				source: path,
				package: undefined,
			}
		: {
				kind: 'file',
				path: place,
				mode: 0o755,
				content: {kind: 'launcher', launch},
				reason: 'target',
				...noOrigin,
			};
}
