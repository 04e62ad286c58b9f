/**
 * The mounts that a launcher makes against an overlay and binds made by hand: the cases of the shim's
 * conformance test, asked without the shim, where the site has its files and where packages have
 * theirs, with rights over the host's mounts and without. Host programs see launchers where these
 * stand, and so the oracle has them too.
 */
import test, {type ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {sampleOf} from '../helpers/run/sample.js';
import {makeView, type Circumstances, type PackedTree, type Tree} from '../shim/lib/make-view.js';
import {
	absoluteCases,
	changed,
	compileProbe,
	differing,
	host,
	linesOf,
	movedTo,
	names,
	packed,
	questions,
	relative,
	relativeCases,
	relativeQuestions,
	type Case,
} from '../shim/lib/view-cases.js';

const file = (content: string) => ({kind: 'file', content: `${content}\n`}) as const;
const many = Array.from({length: 16}, (_, index) => `share/many/f${index}`);
const libraries = ['none', 'file', 'link', 'directory'].map(name => `share/many/lib-${name}.so`);

/** A directory of many files, and one that the host lacks. */
const moreOfHost: Tree = {
	'share/many/h': file('host h'),
	'share/many/f3': file('host f3'),
	'share/many/lib-file.so': file('host library'),
	'share/many/lib-link.so': {kind: 'link', target: 'h'},
	'share/many/lib-directory.so/x': file('host x'),
	'share/many/sub/y': file('host y'),
	'share/many/pack/hidden': file('host hidden'),
};
const more: PackedTree = {
	tree: {
		...packed.tree,
		...Object.fromEntries([...many, ...libraries].map(path => [path, file(`bundle ${path}`)])),
		'share/many/f-link': {kind: 'link', target: 'h'},
		'share/many/sub/x': file('bundle x'),
		'share/many/pack/a': file('bundle a'),
		'share/fresh/deep/x': file('bundle fresh x'),
		'share/fresh/y': file('bundle fresh y'),
	},
	whole: [...packed.whole, 'share/many/pack'],
	launched: ['usr/bin/prog', 'share/many/f2', 'share/many/f3'],
	showsLaunchers: true,
	libraries,
};
const moreNames = [
	...['', '/', '/f1', '/f2', '/f3', '/.f2.dynpk', '/h', '/f-link', '/f1/x', '/none', '/sub'],
	...['/sub/x', '/sub/y', '/sub/none', '/pack', '/pack/a', '/pack/hidden', '/lib-none.so'],
	...['/lib-file.so', '/lib-link.so', '/lib-directory.so', '/lib-directory.so/x', '/../both'],
].map(name => `share/many${name}`);
const freshNames = ['', '/y', '/deep', '/deep/x', '/deep/none', '/../magic'].map(
	name => `share/fresh${name}`,
);
const allNames = [...names, ...moreNames, ...freshNames];

const SAMPLE = 400;

/** A sample, the largest of the first: all cases of each take a minute of processor time. */
const circumstances: readonly (Circumstances & {readonly title: string; readonly most: number})[] =
	[
		{place: '/opt/view', asRoot: false, most: 4 * SAMPLE, title: 'below /opt'},
		{place: '/opt/view', asRoot: true, most: SAMPLE, title: 'below /opt, with rights'},
		{place: '/usr/share/view', asRoot: false, most: SAMPLE, title: 'where packages are'},
		{
			place: '/usr/share/view',
			asRoot: true,
			most: SAMPLE,
			title: 'where packages are, with rights',
		},
	];

/** The cases that answer otherwise in the launcher's namespace than in the oracle's. */
async function differences(
	t: ExecutionContext,
	cases: readonly Case[],
	where: Circumstances,
): Promise<string[]> {
	const probe = await compileProbe();
	const [ofHost, ofBundle] = [{...host, ...moreOfHost}, more.tree].map(tree =>
		movedTo(where.place, tree),
	);
	const view = await makeView(t, ofHost ?? {}, {...more, tree: ofBundle ?? {}}, where);
	const input = linesOf(cases);
	const outputs = await Promise.all([
		view.run('namespace', [probe], input),
		view.run('mounts', [probe], input),
	]);
	return differing(t, cases, outputs, isSame);
}

/** Of the memory that layers of overlays lie in, one kind knows no attributes, another has none. */
const withoutAttribute: readonly (string | undefined)[] = ['EOPNOTSUPP', 'ENODATA'];

function isSame(got: string | undefined, expected: string | undefined): boolean {
	return got === expected || [got, expected].every(answer => withoutAttribute.includes(answer));
}

function needed(t: ExecutionContext): boolean {
	return need(t, 'gcc', 'unshare', 'setpriv', 'mount');
}

for (const {title, most, ...where} of circumstances) {
	test(`what is asked of absolute paths is answered as in a view made by hand, ${title}`, async t => {
		if (!needed(t)) return;
		const cases = absoluteCases(questions, allNames, where.place);
		t.deepEqual(await differences(t, sampleOf(t, cases, most), where), []);
	});

	test(`relative paths and descriptors of directories lead to the same, ${title}`, async t => {
		if (!needed(t)) return;
		const cases = [
			...relativeCases('in', relativeQuestions.in, relative, where.place),
			...relativeCases('at', relativeQuestions.at, relative, where.place),
		];
		t.deepEqual(await differences(t, sampleOf(t, cases, most), where), []);
	});
}

test('nothing of the bundle can be changed, and files of the host can', async t => {
	const calls = ['open-write', 'access-write', 'truncate', 'chmod', 'utimens'];
	if (!needed(t)) return;
	const where: Circumstances = {place: '/opt/view', asRoot: false};
	t.deepEqual(await differences(t, absoluteCases(calls, changed), where), []);
});

test('nothing is laid over a directory for a link that leads where the host\u2019s does', async t => {
	if (!needed(t)) return;
	const place = '/usr/share/view';
	const [target, link] = ['share/target', 'share/link'];
	const view = await makeView(
		t,
		{[target]: file('host'), [link]: {kind: 'link', target: `${place}/${target}`}},
		{
			tree: {[target]: file('bundle'), [link]: {kind: 'link', target: '../share/./target'}},
			whole: [],
			launched: [],
		},
		{place, asRoot: false},
	);
	const script = `/usr/bin/readlink ${place}/${link}; /bin/cat ${place}/${link}; /bin/grep -o ' ${place}/[^ ]*' /proc/self/mountinfo`;
	t.is(
		await view.run('namespace', ['/bin/sh', '-c', script], ''),
		`${place}/${target}\nbundle\n ${place}/${target}\n`,
	);
});

test('a directory that the host lacks is one mount, where all in it is seen as it lies', async t => {
	if (!needed(t)) return;
	const place = '/usr/share/view';
	const view = await makeView(
		t,
		{'share/host': file('host')},
		{
			tree: {'share/fresh/a/x': file('x'), 'share/fresh/y': file('y')},
			whole: [],
			launched: [],
		},
		{place, asRoot: false},
	);
	const script = `cd ${place}/share; /bin/cat host fresh/a/x fresh/y; (echo z > fresh/z) 2>/dev/null || echo refused; /bin/grep -o ' ${place}/[^ ]*' /proc/self/mountinfo`;
	t.is(
		await view.run('namespace', ['/bin/sh', '-c', script], ''),
		`host\nx\ny\nrefused\n ${place}/share\n ${place}/share/fresh\n`,
	);
});
