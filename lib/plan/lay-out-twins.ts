/**
 * What stands in the twin of a directory beside the scripts that were moved there.
 *
 * Every neighbour is reachable under its own name, so that a script finds its siblings. And every
 * link to a script gives it one more name there: a launcher that was started by such a link hands that
 * name to the interpreter, because scripts ask `$0` what they shall be (bzegrep, psql).
 */
import {posix} from 'node:path';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {Payload} from '../inputs/payload.js';
import {bundlePath, parentOf, payloadPath, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {noOrigin, type Operation} from './bundle-plan.js';

export function layOutTwins(payload: Payload, moved: ReadonlySet<SysrootPath>): Operation[] {
	const aliases = findAliases(payload, moved);
	const twins = new Set([...moved].map(path => parentOf(path)));
	const neighbours = [...namesBeside(payload, twins)].flatMap(([directory, names]) =>
		[...names]
			.map(name => sysrootPath(posix.join(directory, name)))
			.filter(path => !moved.has(path) && !aliases.has(path))
			.map(path => {
				const target = posix.join('..', posix.basename(directory), posix.basename(path));
				return makeLink(path, target, 'neighbour of a moved file');
			}),
	);
	return [
		...neighbours,
		...[...aliases].map(([path, script]) =>
			makeLink(path, posix.basename(script), `another name of ${script}`),
		),
	];
}

/** By the path it would have beside the script: every other name of a moved script. */
function findAliases(
	payload: Payload,
	moved: ReadonlySet<SysrootPath>,
): Map<SysrootPath, SysrootPath> {
	const {entries} = payload;
	const known = entriesByPath(payload);
	const aliases = new Map<SysrootPath, SysrootPath>();
	for (const entry of entries) {
		const script = entry.kind === 'symlink' ? entry.leadsTo : undefined;
		if (script === undefined || !moved.has(script)) {
			continue;
		}

		const path = sysrootPath(posix.join(parentOf(script), posix.basename(entry.path)));
		const other = known.get(path);
		const end = other?.kind === 'symlink' ? other.leadsTo : other?.path;
		if (other === undefined || end === script) {
			aliases.set(path, script);
		}
	}

	for (const script of moved) {
		aliases.delete(script);
	}

	return aliases;
}

function namesBeside(
	{entries}: Payload,
	directories: ReadonlySet<SysrootPath>,
): Map<SysrootPath, Set<string>> {
	const names = new Map<SysrootPath, Set<string>>();
	for (const entry of entries) {
		for (let child = entry.path; child !== '/'; child = parentOf(child)) {
			const parent = parentOf(child);
			if (directories.has(parent)) {
				names.set(parent, (names.get(parent) ?? new Set()).add(posix.basename(child)));
			}
		}
	}

	return names;
}

function makeLink(beside: SysrootPath, target: string, reason: string): Operation {
	const place = payloadPath(parentOf(beside));
	const path = bundlePath(posix.join(`${place}.dynpk`, posix.basename(beside)));
	return {kind: 'symlink', path, target, reason, ...noOrigin};
}
