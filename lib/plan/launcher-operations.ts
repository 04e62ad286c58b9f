/** The files that start programs and scripts. */
import type {Payload, PayloadFile} from '../inputs/payload.js';
import type {LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import {payloadPath, type BundlePath} from '../paths/paths.js';
import {noOrigin, type Operation, type PlannedContent} from './bundle-plan.js';
import {originOf} from './describe-origin.js';

export function launcherOperations(launches: readonly LaunchSpec[], payload: Payload): Operation[] {
	return launches.flatMap(launch => operationsOf(launch, payload));
}

export function isSelfReading(launch: LaunchSpec): launch is LoaderLaunch {
	return launch.kind === 'loader' && launch.strategy === 'self';
}

/** A launcher in the program's place; or, where the program must find itself there, beside it. */
function operationsOf(launch: LaunchSpec, payload: Payload): Operation[] {
	const reason = `starts ${launch.program}`;
	if (!isSelfReading(launch)) {
		return [launcherFile(launch.launcher, {kind: 'launcher', launch}, reason)];
	}

	const file = payload.entries.find(
		(entry): entry is PayloadFile =>
			entry.kind === 'file' && payloadPath(entry.path) === launch.launcher,
	);
	if (file === undefined) {
		throw new Error(`no payload for ${launch.launcher}`);
	}

	const {hostPath: from, size} = file;
	return [
		{
			kind: 'file',
			path: launch.launcher,
			mode: 0o755,
			content: {kind: 'self-program', launch, from, size},
			...originOf(file),
		},
		launcherFile(launch.program, {kind: 'self-launcher', launch, program: {from, size}}, reason),
	];
}

function launcherFile(path: BundlePath, content: PlannedContent, reason: string): Operation {
	return {kind: 'file', path, mode: 0o755, content, reason, ...noOrigin};
}
