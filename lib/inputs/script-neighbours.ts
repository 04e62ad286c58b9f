/**
 * Files beside a script of the user's own that it names: modules that it imports, files that it sources or
 * reads. A script that is packed by its name brings none of them; that is said.
 */
import {posix} from 'node:path';
import {parentOf, sysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {PayloadEntry, PayloadFile, PayloadFinding} from './payload.js';
import {isNamed} from './spare-members.js';

const SCRIPT_LIMIT = 1 << 20;
const NAMES_ASKED = 1000;
const NAMES_SAID = 3;

/** One finding for each script that names some. */
export function findLeftNeighbours(
	entries: readonly PayloadEntry[],
	sysroot: Sysroot,
): PayloadFinding[] {
	return entries.flatMap(entry =>
		entry.kind === 'file' && entry.content.kind === 'script' && isOwn(entry)
			? findingOf(entry, entries, sysroot)
			: [],
	);
}

function isOwn({package: owner, reason}: PayloadFile): boolean {
	return owner === undefined && reason.kind === 'target' && isNamed(reason);
}

function findingOf(
	{path}: PayloadFile,
	entries: readonly PayloadEntry[],
	sysroot: Sysroot,
): PayloadFinding[] {
	const directory = parentOf(path);
	const text =
		sysroot
			.read(path, SCRIPT_LIMIT)
			?.toString('utf8')
			.replaceAll(/^\s*#.*$/gmu, '') ?? '';
	const left = (sysroot.list(directory) ?? [])
		.slice(0, NAMES_ASKED)
		.filter(name => isMeant(name, text))
		.map(name => sysrootPath(posix.join(directory, name)))
		.filter(
			place => !entries.some(other => other.path === place || other.path.startsWith(`${place}/`)),
		);
	if (left.length === 0) {
		return [];
	}

	const said = left.slice(0, NAMES_SAID);
	const more = left.length > NAMES_SAID ? ` and ${left.length - NAMES_SAID} more` : '';
	const names = said.map(place => posix.basename(place)).join(', ');
	const message = `names ${names}${more} beside it, which stays behind; ${said.map(place => `--with ${place}`).join(' ')} takes it along`;
	return [{code: 'NEIGHBOURS_LEFT_OUT', path, message}];
}

/** A file by its whole name, `lib.sh`; a module of Python by what is imported. */
function isMeant(name: string, text: string): boolean {
	const whole = name.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
	const stem = /^(?<stem>\w+)(?:\.py)?$/u.exec(name)?.groups?.stem;
	const isFile =
		name.includes('.') && new RegExp(String.raw`(?<![\w.-])${whole}(?![\w-])`, 'u').test(text);
	return (
		isFile ||
		(stem !== undefined && new RegExp(String.raw`^\s*(?:import|from)\s+${stem}\b`, 'mu').test(text))
	);
}
