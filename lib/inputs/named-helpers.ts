/**
 * Programs that settings in the payload name, and that are here but stay behind: what a packed program
 * does with their help it does not do there, or does with another one of that name.
 *
 * Which files these are is data, each with its reason.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {packageId} from '../installed/package-database.js';
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import {userDirectories} from '../paths/program-directories.js';
import rows from './data/helper-files.json' with {type: 'json'};
import type {Gathering} from './gathering.js';
import type {PayloadEntry, PayloadFinding} from './payload.js';
import {findShellCommands} from './shell-commands.js';
import {findOnPath} from './target.js';

interface HelperFile {
	readonly isOne: (path: string) => boolean;
	/** Its groups are command lines, or a list of names. */
	readonly command: RegExp;
	readonly encoding: string;
}

interface Named {
	readonly file: SysrootPath;
	readonly program: SysrootPath;
}

const FILE_LIMIT = 1 << 20;

const helperFiles: readonly HelperFile[] = rows.map(({files, command, encoding}) => ({
	isOne: pathPattern(files),
	command: new RegExp(command, 'gmu'),
	encoding,
}));

/** What every system has is no news. */
export function findLeftHelpers(
	gathering: Gathering,
	entries: readonly PayloadEntry[],
): PayloadFinding[] {
	const {collector, sysroot, databases} = gathering;
	const left = entries
		.filter(({kind}) => kind === 'file')
		.flatMap(({path}) => helpersOf(path, gathering))
		.filter(({program}) => !collector.entries.has(sysroot.realPath(program) ?? program));
	const ownerOf = lookUpOwners(
		left.map(({program}) => program),
		sysroot,
		databases,
	);
	return left.flatMap(({file, program}) => {
		const owner = ownerOf(program);
		const place = owner === undefined ? program : `${program}, ${packageId(owner)}`;
		return owner?.essential === true
			? []
			: [
					{
						code: 'HELPER_LEFT_OUT',
						path: file,
						message: `names ${posix.basename(program)} (${place})`,
					},
				];
	});
}

/** Each program once, in the order of the file. */
function helpersOf(file: SysrootPath, {sysroot}: Gathering): Named[] {
	const kind = helperFiles.find(({isOne}) => isOne(file));
	const text = kind === undefined ? undefined : sysroot.read(file, FILE_LIMIT)?.toString('utf8');
	if (kind === undefined || text === undefined) {
		return [];
	}

	const programs = new Set<SysrootPath>();
	const said = kind.encoding === 'xml' ? text.replaceAll(/<!--.*?-->/gsu, '') : text;
	for (const match of said.matchAll(kind.command)) {
		for (const name of namesIn(match.slice(1).join(''), kind.encoding)) {
			const directories = name.includes('/') ? [posix.dirname(name)] : userDirectories;
			const program = findOnPath(posix.basename(name), directories, sysroot);
			if (program !== undefined) {
				programs.add(program);
			}
		}
	}

	return [...programs].map(program => ({file, program}));
}

function namesIn(text: string, encoding: string): Iterable<string> {
	switch (encoding) {
		case 'list':
			return text.split(/[\s,\\]+/u).filter(name => name !== '');
		case 'xml':
			return findShellCommands(text.replaceAll(/&(quot|lt|gt|apos|amp);/gu, decodeEntity));
		default:
			return findShellCommands(text);
	}
}

const entities: ReadonlyMap<string, string> = new Map([
	['quot', '"'],
	['lt', '<'],
	['gt', '>'],
	['apos', "'"],
	['amp', '&'],
]);

function decodeEntity(whole: string, name: string): string {
	return entities.get(name) ?? whole;
}
