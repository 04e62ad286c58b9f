/** What a walk says beyond the order of the link map, with a search answered from a literal. */
import test from 'ava';
import type {Closure} from '../../lib/closure/closure.js';
import {walkClosure, type WalkOptions} from '../../lib/closure/walk-closure.js';
import openedByLibc from '../../lib/closure/data/opened-by-libc.json' with {type: 'json'};
import type {DlopenNote} from '../../lib/elf/elf-object.js';
import {watchedImports} from '../../lib/elf/watched-imports.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {makeObject, searchIn, type Library} from '../helpers/elf/literal-search.js';

function walk(
	root: Library,
	libraries: Readonly<Record<string, Library>>,
	options?: WalkOptions,
): Closure {
	return walkClosure(makeObject('prog', root), sysrootPath('/prog'), searchIn(libraries), options);
}

const names = (closure: Closure) => closure.linkMap.map(({path}) => path.slice(1));
const further = (closure: Closure) => closure.further.map(({path}) => path.slice(1));

test('every edge says who asked whom, and every object who asked for it first', t => {
	const closure = walk(
		{needed: ['a', 'b']},
		{a: {needed: ['c']}, b: {needed: ['c']}, c: {needed: ['a']}},
	);

	t.deepEqual(names(closure), ['prog', 'a', 'b', 'c']);
	t.deepEqual(
		closure.edges.map(({from, to, place}) => `${from.path} ${to.path} ${place}`),
		['/prog /a default', '/prog /b default', '/a /c default', '/b /c link-map', '/c /a link-map'],
	);
	t.is(closure.linkMap[3]?.loader, closure.linkMap[1]);
	t.is(closure.linkMap[3]?.program, closure.linkMap[0]);
});

test('a filtee goes in front of the object that names it, and its needs come next', t => {
	const closure = walk(
		{needed: ['filter', 'last']},
		{
			filter: {needed: ['own'], filter: ['filtee']},
			filtee: {needed: ['deep']},
			own: {},
			deep: {},
			last: {},
		},
	);

	t.deepEqual(names(closure), ['prog', 'filtee', 'filter', 'last', 'own', 'deep']);
	t.is(closure.edges.find(({needed}) => needed === 'filtee')?.place, 'filter');
	t.is(closure.edges.find(({needed}) => needed === 'filtee')?.foundBy, 'default');
});

test('a filtee that is waiting further behind is moved, one that came before stays', t => {
	const moved = walk({needed: ['filter', 'filtee']}, {filter: {auxiliary: ['filtee']}, filtee: {}});
	t.deepEqual(names(moved), ['prog', 'filtee', 'filter']);

	const kept = walk(
		{needed: ['filtee', 'x', 'filter']},
		{filter: {auxiliary: ['filtee']}, filtee: {}, x: {}},
	);
	t.deepEqual(names(kept), ['prog', 'filtee', 'x', 'filter']);
});

test('the filtees of the root come behind it, because the root is always first', t => {
	const closure = walk({needed: ['a'], filter: ['one', 'two']}, {a: {}, one: {}, two: {}});

	t.deepEqual(names(closure), ['prog', 'one', 'two', 'a']);
});

test('a missing filtee is an error, a missing auxiliary object is none', t => {
	const closure = walk({needed: ['a']}, {a: {filter: ['gone'], auxiliary: ['also-gone']}});

	t.deepEqual(
		closure.unresolved.map(({needed, severity}) => [needed, severity]),
		[['gone', 'error']],
	);
});

test('auditors of the program are found, with what they need, in namespaces of their own', t => {
	const closure = walk(
		{needed: ['c'], audit: 'first:gone', depAudit: 'second'},
		{c: {}, first: {needed: ['c']}, second: {needed: ['d']}, d: {}},
	);

	t.deepEqual(names(closure), ['prog', 'c']);
	t.deepEqual(further(closure), ['first', 'c', 'second', 'd']);
	t.deepEqual(
		closure.unresolved.map(({needed, severity}) => [needed, severity]),
		[['gone', 'warning']],
	);
	t.is(closure.further[0]?.loader, undefined);
});

test('auditors named by a library are nobody’s business', t => {
	const closure = walk({needed: ['a']}, {a: {audit: 'auditor'}, auditor: {}});

	t.deepEqual(further(closure), []);
});

const note = (priority: DlopenNote['priority'], ...sonames: readonly string[]): DlopenNote => ({
	sonames,
	feature: undefined,
	description: undefined,
	priority,
});

test('the first available name of a dlopen note is taken, with what it needs', t => {
	const closure = walk(
		{needed: ['a'], dlopenNotes: [note('required', 'gone', 'plugin', 'other')]},
		{a: {}, plugin: {needed: ['a', 'more']}, more: {}, other: {}},
	);

	t.deepEqual(names(closure), ['prog', 'a']);
	t.deepEqual(further(closure), ['plugin', 'more']);
	t.deepEqual(closure.unresolved, []);
	t.like(
		closure.edges.find(({needed}) => needed === 'plugin'),
		{place: 'dlopen-note', foundBy: 'default'},
	);
	t.is(closure.further[0]?.loader, undefined);
	t.is(closure.further[0]?.program, closure.linkMap[0]);
});

test('notes of libraries count, and so do those of what notes bring', t => {
	const closure = walk(
		{needed: ['a']},
		{
			a: {dlopenNotes: [note('recommended', 'one')]},
			one: {dlopenNotes: [note('recommended', 'two')]},
			two: {dlopenNotes: [note('required', 'one')]},
		},
	);

	t.deepEqual(further(closure), ['one', 'two']);
});

test('a missing note weighs as much as it says', t => {
	const root = {
		dlopenNotes: [
			note('required', 'one', 'uno'),
			note('recommended', 'two'),
			note('suggested', 'three'),
		],
	};
	const severities = ({unresolved}: Closure) =>
		unresolved.map(({needed, severity}) => `${needed} ${severity}`);

	t.deepEqual(severities(walk(root, {})), ['one error', 'two warning']);
	const all = {dlopenNotes: ['required', 'recommended', 'suggested']} as const;
	t.deepEqual(severities(walk(root, {}, all)), ['one error', 'two warning', 'three note']);
	t.deepEqual(severities(walk(root, {}, {dlopenNotes: []})), []);
});

test('suggested notes are left alone unless they are asked for', t => {
	const root = {dlopenNotes: [note('suggested', 'extra')]};

	t.deepEqual(further(walk(root, {extra: {}})), []);
	t.deepEqual(further(walk(root, {extra: {}}, {dlopenNotes: ['suggested']})), ['extra']);
});

test('what is mapped in a process answers first for a plug-in dlopened into it', t => {
	const libraries = {a: {soname: 'liba'}, plugin: {needed: ['a', 'liba', 'new']}, new: {}};
	const process = walk({needed: ['a']}, libraries);
	const closure = walkClosure(
		makeObject('plugin', libraries.plugin),
		sysrootPath('/plugin'),
		searchIn(libraries),
		{into: process},
	);

	t.deepEqual(names(closure), ['plugin', 'new']);
	t.deepEqual(
		closure.edges.map(({place}) => place),
		['link-map', 'link-map', 'default'],
	);
	t.is(closure.edges[0]?.to, process.linkMap[1]);
	t.is(closure.linkMap[0]?.program, process.linkMap[0]);
	t.is(closure.linkMap[0]?.loader, undefined);
});

test('a plug-in that is mapped already is known by its file', t => {
	const libraries = {plugin: {needed: ['alias']}, alias: {fileOf: 'plugin'}};
	const process = walk({}, libraries);
	const closure = walkClosure(
		makeObject('plugin', libraries.plugin),
		sysrootPath('/plugin'),
		searchIn(libraries),
		{into: process},
	);

	t.deepEqual(names(closure), ['plugin']);
});

test('a loader that cannot be found is an error of its own', t => {
	const closure = walk({interpreter: '/lib/ld-gone.so.1'}, {});

	t.is(closure.interpreter, undefined);
	t.deepEqual(
		closure.unresolved.map(({needed, severity}) => [needed, severity]),
		[['/lib/ld-gone.so.1', 'error']],
	);
});

test('a root that needs objects without end is refused', t => {
	const endless = new Proxy<Record<string, Library>>(
		{},
		{get: (_, name) => ({needed: [`${String(name)}x`, `${String(name)}y`]})},
	);

	t.throws(() => walk({needed: ['n']}, endless), {code: 'ELF_INVALID'});
});

test('what libc opens for a function that somebody imports is searched as libc would', t => {
	const libc = {soname: 'libc.so.6'};
	const closure = walk(
		{needed: ['a', 'libc.so.6']},
		{
			a: {imports: ['pthread_exit', 'backtrace', 'getaddrinfo']},
			'libc.so.6': libc,
			'libgcc_s.so.1': {needed: ['libc.so.6']},
			'libidn2.so.0': {needed: ['libunistring']},
			libunistring: {},
		},
		{habits: true},
	);
	t.deepEqual(names(closure), ['prog', 'a', 'libc.so.6']);
	t.deepEqual(further(closure), ['libgcc_s.so.1', 'libidn2.so.0', 'libunistring']);
	const [opened] = closure.edges.filter(({place}) => place === 'opened-by-libc');
	t.like(opened, {needed: 'libgcc_s.so.1', foundBy: 'default'});
	t.is(opened?.from, closure.linkMap[1]);
	t.deepEqual(closure.unresolved, []);
});

test('of what libc opens, only what a program dies without is missed', t => {
	const {unresolved} = walk(
		{needed: ['a']},
		{a: {imports: ['thrd_exit', 'getnameinfo']}},
		{habits: true},
	);
	t.deepEqual(
		unresolved.map(({needed, by, severity}) => [needed, by.path, severity] as const),
		[['libgcc_s.so.1', sysrootPath('/a'), 'warning']],
	);
});

test('a library that is known to open others brings them, under whatever libc', t => {
	const closure = walk(
		{needed: ['a']},
		{
			a: {needed: ['libnss3.so']},
			'libnss3.so': {soname: 'libnss3.so'},
			'libsoftokn3.so': {soname: 'libsoftokn3.so', needed: ['b']},
			'libfreeblpriv3.so': {},
			b: {},
		},
		{habits: true},
	);
	t.deepEqual(further(closure), ['libsoftokn3.so', 'b', 'libfreeblpriv3.so']);
	t.is(
		closure.edges.find(({place}) => place === 'opened-by-library')?.from.path as string,
		'/libnss3.so',
	);
	t.deepEqual(closure.unresolved, []);
});

test('rules for what libc opens name functions that are watched', t => {
	const imports = openedByLibc.flatMap(rule => rule.imports);
	const watched: readonly string[] = watchedImports;
	t.deepEqual(
		imports.filter(name => !watched.includes(name)),
		[],
	);
});
