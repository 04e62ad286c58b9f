/** What is done to the environment of each dynamic program. */
import {posix} from 'node:path';
import type {Closure} from '../closure/closure.js';
import type {Payload} from '../inputs/payload.js';
import type {EnvironmentRule} from '../launcher/launch-spec.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import {programDirectories} from '../paths/program-directories.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {makeEnvironment, withParents} from './environment-rules.js';

/** By the program's path. */
export type Environments = ReadonlyMap<SysrootPath, readonly EnvironmentRule[]>;

export function planEnvironments(payload: Payload, walked: WalkedPayload): Environments {
	const {programs, roots, converting} = walked;
	const launched = payload.entries.filter(
		({path}) => programs.has(path) || payload.interpreters.has(path),
	);
	const rulesFor = makeEnvironment({
		payloadPaths: withParents(payload.entries.map(({path}) => path)),
		programDirectories: searchDirectories(
			payload,
			launched.map(({path}) => path),
		),
	});
	const links = linkNames(payload);
	const converts = ({linkMap}: Closure): boolean =>
		linkMap.some(({object}) => converting.has(object.fileId));
	const plugInsConvert = roots.some(({role, closure}) => role === 'object' && converts(closure));
	return new Map(
		[...programs].map(([path, {closure}]) => [
			path,
			rulesFor({
				names: [posix.basename(path), ...(links.get(path) ?? [])],
				converts: plugInsConvert || converts(closure),
			}),
		]),
	);
}

/** The environment as it comes. */
export function noRules({programs}: WalkedPayload): Environments {
	return new Map([...programs.keys()].map(path => [path, []]));
}

/**
 * Directories of `PATH` that have something to offer, in the order they are searched; behind them
 * those of programs that were asked for: who packs `./tool` and a script starts the one by the other.
 */
function searchDirectories({programs}: Payload, launched: readonly SysrootPath[]): SysrootPath[] {
	const used = new Set<string>(launched.map(path => posix.dirname(path)));
	const asked = programs.map(({path}) => posix.dirname(path)).filter(path => used.has(path));
	return [
		...new Set([...programDirectories.filter(directory => used.has(directory)), ...asked]),
	].map(sysrootPath);
}

/** The names of the links that lead to a file. */
function linkNames({entries}: Payload): Map<SysrootPath, string[]> {
	const names = new Map<SysrootPath, string[]>();
	for (const entry of entries) {
		if (entry.kind === 'symlink' && entry.leadsTo !== undefined) {
			const known = names.get(entry.leadsTo) ?? [];
			known.push(posix.basename(entry.path));
			names.set(entry.leadsTo, known);
		}
	}

	return names;
}
