/**
 * Let Python's `ctypes.util.find_library` answer from the bundle.
 *
 * It asks `/sbin/ldconfig -p` which libraries there are (Lib/ctypes/util.py, `_findSoname_ldconfig`),
 * and the bundle's are in no system's cache. So a bundle with that module has an `ldconfig` of its
 * own, which its programs see and the host's do not; a packed one is left alone.
 */
import {posix} from 'node:path';
import {EM_X86_64} from '../elf/elf-machines.js';
import type {Payload} from '../inputs/payload.js';
import {quote} from '../launcher/shell-quote.js';
import {comparePaths, payloadPath, sysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import type {LibraryPlacement} from './library-placement.js';

const ASKER = /^\/usr\/(?:local\/)?lib(?:64)?\/python3[^/]*\/ctypes\/util\.py$/u;

export function planFindLibrary(
	{entries}: Payload,
	{loaders}: WalkedPayload,
	placement: LibraryPlacement,
): Operation[] {
	const [main] = loaders;
	const paths = new Set<string>(entries.map(({path}) => path));
	const hasAsker = entries.some(({path}) => ASKER.test(path));
	const isTaken = paths.has('/sbin/ldconfig') || paths.has('/usr/sbin/ldconfig');
	if (main === undefined || !hasAsker || isTaken) {
		return [];
	}

	const directory = entries.some(({path, kind}) => path === '/sbin' && kind === 'symlink')
		? '/usr/sbin'
		: '/sbin';
	const {machine, class: bits} = main.facts.object;
	const script = listingScript(libraryPaths(placement, main.libraryDirectory), {
		// As ldconfig names it (elf/cache.c); Python looks for this on x86-64, for libc6 elsewhere.
		kind: machine === EM_X86_64 && bits === 64 ? 'libc6,x86-64' : 'libc6',
	});
	return [
		{
			kind: 'file',
			path: payloadPath(sysrootPath(`${directory}/ldconfig`)),
			mode: 0o755,
			content: {kind: 'bytes', bytes: Buffer.from(script)},
			reason: 'tells ctypes.util.find_library which libraries there are',
			...noOrigin,
		},
	];
}

/** Each name once, where it is found first; less what single programs alone find. */
function libraryPaths({names}: LibraryPlacement, flat: string): string[] {
	const shared = names.filter(path => path.startsWith('root/') || posix.dirname(path) === flat);
	const first = new Map([...shared].reverse().map(path => [posix.basename(path), path]));
	return [...first.values()].sort((a, b) => comparePaths(posix.basename(a), posix.basename(b)));
}

/** Nothing but the shell is needed: Python starts it with an environment of its own making. */
function listingScript(paths: readonly string[], {kind}: {readonly kind: string}): string {
	const lines = paths.map(path =>
		quote(`\t${posix.basename(path)} (${kind}) => ${path.replace(/^(?:root)?\/?/u, '/')}`),
	);
	return [
		'#!/bin/sh',
		'# Made by dynpk: the libraries of this bundle, as `ldconfig -p` prints a system’s.',
		...(lines.length === 0 ? [] : [`printf '%s\\n' \\`, `\t${lines.join(' \\\n\t')}`]),
		'',
	].join('\n');
}
