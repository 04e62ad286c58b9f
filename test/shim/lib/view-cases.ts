/**
 * The table of cases of the conformance tests: a host, a payload, and what is asked of their paths.
 */
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {compiledBy} from '../../helpers/worlds/made-file.js';
import type {PackedTree, Tree, TreeEntry} from './make-view.js';

const probeSources = fileURLToPath(new URL('../../../../test/shim/lib/probe/', import.meta.url));

export const host: Tree = {
	'host/file': {kind: 'file', content: 'host file\n'},
	'host/dir/x': {kind: 'file', content: 'host x\n'},
	'host/dir/deep/y': {kind: 'file', content: 'host y\n'},
	'host/dir/to-magic': {kind: 'link', target: '/opt/view/share/magic'},
	'host/to-whole': {kind: 'link', target: '../share/whole'},
	'host/to-share': {kind: 'link', target: '/opt/view/share'},
	'host/to-dir': {kind: 'link', target: 'dir'},
	'host/to-new': {kind: 'link', target: '/opt/view/share/whole/new'},
	'host/dangling': {kind: 'link', target: '/opt/view/share/none'},
	'host/loop': {kind: 'link', target: 'loop'},
	'host/closed/x': {kind: 'file', content: 'closed x\n'},
	'host/closed': {kind: 'directory', mode: 0},
	'host/secret': {kind: 'file', content: 'secret\n', mode: 0},
	'host/script': {kind: 'file', content: '#!/opt/view/usr/bin/prog -o two\n', mode: 0o755},
	'share/both': {kind: 'file', content: 'host both\n'},
	'share/host-only': {kind: 'file', content: 'host only\n'},
	'share/hostdir/z': {kind: 'file', content: 'host z\n'},
	'share/whole/a': {kind: 'file', content: 'host a\n'},
	'share/whole/hidden': {kind: 'file', content: 'host hidden\n'},
	'usr/bin/prog': {kind: 'file', content: '#!/bin/sh\nexit 99\n', mode: 0o755},
	'usr/bin/hostprog': {
		kind: 'file',
		content: '#!/bin/sh\nprintf "hostprog $* ${0##*/}"\nexit 4\n',
		mode: 0o755,
	},
};

const program = '#!/bin/sh\nprintf "prog $*"\nexit 3\n';

export const packed: PackedTree = {
	tree: {
		'share/magic': {kind: 'file', content: 'bundle magic\n'},
		'share/both': {kind: 'file', content: 'bundle both\n'},
		'share/link-file': {kind: 'link', target: 'magic'},
		'share/link-dir': {kind: 'link', target: 'whole'},
		'share/link-host': {kind: 'link', target: '../host/dir'},
		'share/link-absolute': {kind: 'link', target: '/opt/view/host/file'},
		'share/link-slash': {kind: 'link', target: 'whole/'},
		'share/whole/a': {kind: 'file', content: 'bundle a\n'},
		'share/whole/sub/b': {kind: 'file', content: 'bundle b\n'},
		'share/whole/link-in': {kind: 'link', target: 'sub/b'},
		'share/whole/link-out': {kind: 'link', target: '../../host/file'},
		'share/whole/link-up': {kind: 'link', target: '..'},
		'share/whole/dangling': {kind: 'link', target: 'nowhere'},
		'share/whole/loop': {kind: 'link', target: 'loop'},
		'share/whole/tool': {kind: 'file', content: program, mode: 0o755},
		'share/only/c': {kind: 'file', content: 'bundle c\n'},
		'usr/bin/prog': {kind: 'file', content: program, mode: 0o755},
		'usr/bin/multi': {kind: 'link', target: 'prog'},
		bin: {kind: 'link', target: 'usr/bin'},
	},
	whole: ['share/whole', 'share/only'],
	launched: ['share/whole/tool', 'usr/bin/prog'],
};

export const names = [
	...['', 'share', 'share/', 'share/.', 'share/..', 'share/magic', 'share/magic/', 'share/magic/.'],
	...['share/magic/x', 'share/magic/..', 'share/both', 'share/host-only', 'share/hostdir'],
	...['share/hostdir/z', 'share/hostdir/../magic', 'share//magic', 'share/./magic', 'share/none'],
	...[
		'share/none/x',
		'share/none/../magic',
		'share/link-file',
		'share/link-file/',
		'share/link-dir',
	],
	...['share/link-dir/', 'share/link-dir/a', 'share/link-dir/../magic', 'share/link-host'],
	...['share/link-host/x', 'share/link-host/../file', 'share/link-host/to-magic'],
	...['share/link-absolute', 'share/link-slash', 'share/link-slash/a', 'share/whole'],
	...[
		'share/whole/',
		'share/whole/a',
		'share/whole/hidden',
		'share/whole/sub',
		'share/whole/sub/b',
	],
	...['share/whole/sub/../a', 'share/whole/link-in', 'share/whole/link-out', 'share/whole/link-up'],
	...['share/whole/link-up/both', 'share/whole/link-up/host-only', 'share/whole/dangling'],
	...['share/whole/loop', 'share/whole/loop/x', 'share/whole/tool', 'share/whole/..'],
	...['share/whole/../host-only', 'share/whole/../../host/file', 'share/whole/new', 'share/only'],
	...['share/only/c', 'share/only/none', 'usr/bin/prog', 'usr/bin/multi', 'usr/bin/hostprog'],
	...['usr/bin/.prog.dynpk', 'bin', 'bin/prog', 'bin/hostprog', 'bin/..', 'bin/../share/magic'],
	...[
		'host',
		'host/file',
		'host/file/',
		'host/file/..',
		'host/dir',
		'host/dir/x',
		'host/dir/deep/y',
	],
	...[
		'host/dir/to-magic',
		'host/dir/to-magic/',
		'host/to-whole',
		'host/to-whole/',
		'host/to-whole/a',
	],
	...['host/to-whole/hidden', 'host/to-whole/../magic', 'host/to-share', 'host/to-share/magic'],
	...['host/to-share/host-only', 'host/to-share/whole/sub/b', 'host/to-dir', 'host/to-dir/x'],
	...['host/to-dir/to-magic', 'host/to-dir/../to-whole/a', 'host/to-new', 'host/dangling'],
	...['host/loop', 'host/loop/x', 'host/closed', 'host/closed/x', 'host/closed/../file'],
	...[
		'host/secret',
		'host/script',
		'host/none',
		'host/none/../file',
		'host/dir//x',
		'host/./dir/x',
	],
];

export const questions = [
	...['stat', 'lstat', 'statx', 'open', 'open-path', 'open-unfollowed', 'open-directory', 'fopen'],
	...['freopen', 'access-read', 'access-execute', 'eaccess', 'readlink', 'realpath', 'list'],
	...[
		'list-again',
		'scandir',
		'glob',
		'nftw',
		'chdir',
		'up',
		'exec',
		'spawn',
		'statvfs',
		'getxattr',
	],
];

export const relative = [
	...[
		'.',
		'..',
		'a',
		'./a',
		'sub/b',
		'../magic',
		'../both',
		'../host-only',
		'../../host/file',
		'link-up',
	],
	...[
		'link-out',
		'none',
		'x',
		'deep/y',
		'to-magic',
		'../to-whole/a',
		'../file',
		'magic',
		'host-only',
	],
	...['whole/a', 'hostdir/z', 'whole/../magic', 'prog', 'multi', 'hostprog', '../../share/magic'],
];
const directories = [
	...['share', 'share/whole', 'share/whole/sub', 'share/only', 'share/link-dir', 'share/link-host'],
	...['host', 'host/dir', 'host/to-whole', 'host/to-share', 'usr/bin', 'bin'],
];
export const relativeQuestions = {
	in: [
		'stat',
		'lstat',
		'open',
		'fopen',
		'access-read',
		'readlink',
		'realpath',
		'list',
		'chdir',
		'exec',
	],
	at: [
		'stat',
		'lstat',
		'statx',
		'open',
		'access-read',
		'access-execute',
		'readlink',
		'list',
		'fchdir',
	],
};

export interface Case {
	readonly call: string;
	readonly path: string;
	readonly how: string;
	readonly directory: string;
}

const usualPlace = '/opt/view';

export const absoluteCases = (
	calls: readonly string[],
	paths: readonly string[],
	place = usualPlace,
): Case[] =>
	calls.flatMap(call =>
		paths.map(path => ({call, path: `${place}/${path}`, how: 'as-is', directory: '/'})),
	);

export function relativeCases(
	how: 'in' | 'at',
	calls: readonly string[],
	paths: readonly string[],
	place = usualPlace,
): Case[] {
	return calls.flatMap(call =>
		directories.flatMap(directory =>
			paths.map(path => ({call, path, how, directory: `${place}/${directory}`})),
		),
	);
}

/** The same tree for another place: what its links and scripts say of the usual one. */
export function movedTo(place: string, tree: Tree): Tree {
	const move = (text: string): string => text.replaceAll(usualPlace, place);
	return Object.fromEntries(
		Object.entries(tree).map(([path, entry]): [string, TreeEntry] => {
			switch (entry.kind) {
				case 'file':
					return [path, {...entry, content: move(entry.content)}];
				case 'link':
					return [path, {...entry, target: move(entry.target)}];
				case 'directory':
					return [path, entry];
			}
		}),
	);
}

/** With the C library that `flags` lead to. */
export async function compileProbe(
	compiler = 'gcc',
	flags: readonly string[] = [],
): Promise<string> {
	const sources = readdirSync(probeSources).filter(name => name.endsWith('.c'));
	const places = sources.map(name => join(probeSources, name));
	return compiledBy(compiler, ['-O1', ...flags, ...places]);
}

export function linesOf(cases: readonly Case[]): string {
	return cases
		.map(({call, path, how, directory}) => `${[call, path, how, directory].join('\t')}\n`)
		.join('');
}

type Answer = string | undefined;

/** Of the probe's output for these cases, each that is not the oracle's, as `call path: got, not expected`. */
export function differing(
	t: ExecutionContext,
	cases: readonly Case[],
	outputs: readonly [subject: string, oracle: string],
	isSame: (got: Answer, expected: Answer) => boolean = Object.is,
): string[] {
	const answers = outputs.map(output => output.split('\n').slice(0, -1));
	t.deepEqual(
		answers.map(lines => lines.length),
		[cases.length, cases.length],
	);
	return cases.flatMap(({call, path, how, directory}, index) => {
		const [got, expected] = answers.map(lines => lines[index]);
		const from = how === 'as-is' ? '' : ` ${how} ${directory}`;
		return isSame(got, expected) ? [] : [`${call} ${path}${from}: ${got}, not ${expected}`];
	});
}

export const changed = [
	...['share/magic', 'share/both', 'share/host-only', 'share/whole/a', 'share/whole/sub'],
	...['share/whole/new', 'share/whole/link-in', 'share/whole/link-out', 'share/link-absolute'],
	...['share/none', 'share/none/x', 'share/new', 'share/hostdir/z', 'host/file', 'host/new'],
	...['host/to-whole/new', 'host/to-whole/a', 'host/to-new', 'host/dir/to-magic', 'host/none/x'],
	...['host/closed/x', 'host/secret', 'share/whole/tool'],
];
