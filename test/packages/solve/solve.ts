import test, {type ExecutionContext} from 'ava';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import type {PackageSet} from '../../../lib/packages/set/open-package-set.js';
import {makeBaseSystemRules} from '../../../lib/packages/solve/base-system.js';
import {borneFinding, solve} from '../../../lib/packages/solve/solve.js';
import {debWorld, rpmWorld, type PackageLiteral} from '../../helpers/packages/package-world.js';

async function solved(set: PackageSet): Promise<readonly string[]> {
	const {packages} = await solve(set);
	return packages.map(({record}) => `${record.name}-${record.version}`.replace(/-1$/u, ''));
}

async function refusal(t: ExecutionContext, set: PackageSet): Promise<DynpkError> {
	const error = await t.throwsAsync(solve(set), {instanceOf: DynpkError});
	t.is(error.code, 'UNRESOLVED_REQUIRES');
	return error;
}

test('what is recommended goes along where it can, for those who are asked', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['b'], recommends: ['extra', 'absent', 'rival', '(fast or slow)']}],
		[
			{id: 'b', recommends: ['far'], conflicts: ['rival']},
			{id: 'extra', requires: ['deep'], recommends: ['farther']},
			{id: 'deep'},
			...['rival', 'slow', 'far', 'farther'].map(id => ({id})),
		],
	);
	const names = async (recommends: 'none' | 'named' | 'all'): Promise<readonly string[]> =>
		(await solve(world, {recommends})).packages.map(({record}) => record.name);
	t.deepEqual(await names('none'), ['a', 'b']);
	t.deepEqual(await names('named'), ['a', 'b', 'deep', 'extra', 'slow']);
	t.deepEqual(await names('all'), ['a', 'b', 'deep', 'extra', 'far', 'farther', 'slow']);
	const {packages} = await solve(world, {recommends: 'named'});
	t.deepEqual(
		packages.map(({record, neededBy, recommendedBy}) =>
			[record.name, neededBy?.record.name, recommendedBy?.record.name].join(' '),
		),
		['a  ', 'b a ', 'deep extra ', 'extra  a', 'slow  a'],
	);
});

test('of Debian’s Essential packages those that scripts may call stand by', async t => {
	const world = debWorld(
		'Package: a\nRecommends: b | c\n',
		'Package: sed\nEssential: yes\n\nPackage: dash\nEssential: yes\n\nPackage: tar\n\nPackage: c\n\nPackage: b\n',
	);
	t.deepEqual(await solved(world), ['a', 'dash', 'sed']);
	const {packages} = await solve(world, {recommends: 'named'});
	t.deepEqual(
		packages.map(({record}) => record.name),
		['a', 'b', 'dash', 'sed'],
	);
});

test('what is needed is found by package name, transitively, and nothing else is taken', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['b']}],
		[{id: 'b', requires: ['c']}, {id: 'c'}, {id: 'd'}],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'c-1']);
});

test('every package but the given ones says who needed it, and as what', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['libb.so.1(B_1.0)(64bit)']}],
		[{id: 'b', provides: ['libb.so.1(B_1.0)(64bit)']}],
	);
	const {packages} = await solve(world);
	t.deepEqual(
		packages.map(({record, neededBy}) => [record.name, neededBy?.record.name, neededBy?.need]),
		[
			['a', undefined, undefined],
			['b', 'a', 'libb.so.1(B_1.0)(64bit)'],
		],
	);
});

test('a soname of another width or without the version is not enough', async t => {
	const offers = [{id: 'b', provides: ['libb.so.1', 'libb.so.1()(64bit)']}];
	t.deepEqual(
		(await refusal(t, rpmWorld([{id: 'a', requires: ['libb.so.1(B_2)(64bit)']}], offers))).details,
		['libb.so.1(B_2)(64bit), needed by a-1-1.x86_64'],
	);
});

test('the newest version that satisfies all is taken', async t => {
	const versions = ['b-1', 'b-2', 'b-3'].map(id => ({id}));
	t.deepEqual(await solved(rpmWorld([{id: 'a', requires: ['b']}], versions)), ['a-1', 'b-3']);
	t.deepEqual(await solved(rpmWorld([{id: 'a', requires: ['b < 3']}], versions)), ['a-1', 'b-2']);
});

test('a version that was chosen too new is taken back', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['b', 'x', 'c']}],
		[{id: 'b-1'}, {id: 'b-2'}, {id: 'x-1'}, {id: 'x-2'}, {id: 'c', requires: ['b = 1']}],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'c-1', 'x-2']);
});

test('a version whose own needs cannot be met gives way to an older one', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['b']}],
		[{id: 'b-2', requires: ['nowhere']}, {id: 'b-1', requires: ['c']}, {id: 'c'}],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'c-1']);
});

test('of several providers the one that brings the fewest others along is taken', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['mail']}],
		[
			{id: 'big', provides: ['mail'], requires: ['x', 'y']},
			{id: 'small', provides: ['mail']},
			{id: 'x'},
			{id: 'y'},
		],
	);
	t.deepEqual(await solved(world), ['a-1', 'small-1']);
});

test('a provider that is there anyway meets the need', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['mail', 'big']}],
		[
			{id: 'big', provides: ['mail'], requires: ['x']},
			{id: 'small', provides: ['mail']},
			{id: 'x'},
		],
	);
	t.deepEqual(await solved(world), ['a-1', 'big-1', 'x-1']);
});

test('a path is met by the package that has it, under either name of a merged directory', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['/bin/sh', '/usr/libexec/b']}],
		[
			{id: 'shell', paths: ['/usr/bin/sh']},
			{id: 'b', paths: ['/usr/libexec/b']},
		],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'shell-1']);
});

test('packages that conflict are never chosen together', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['x', 'y']}],
		[
			{id: 'x1', provides: ['x'], conflicts: ['y']},
			{id: 'x2', provides: ['x'], requires: ['z']},
			{id: 'y'},
			{id: 'z'},
		],
	);
	t.deepEqual(await solved(world), ['a-1', 'x2-1', 'y-1', 'z-1']);
});

test('cycles of needs end', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['b']}],
		[
			{id: 'b', requires: ['c']},
			{id: 'c', requires: ['b', 'a']},
		],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'c-1']);
});

const rich = [
	{id: 'b'},
	{id: 'c'},
	{id: 'd'},
	{id: 'both', provides: ['x', 'y']},
	{id: 'onlyx', provides: ['x']},
];

for (const [expression, others] of [
	['(b and c)', ['b', 'c']],
	['(nowhere or c)', ['c']],
	['(nowhere or (b and c))', ['b', 'c']],
	['(b if d)', []],
	['(b if d else c)', ['c']],
	['(x with y)', ['both']],
	['(x without y)', ['onlyx']],
	['((b and d) and (c if d))', ['b', 'c', 'd']],
	['(b unless d)', ['b']],
	['(nowhere if b else c)', ['c']],
	['(c if b else nowhere)', ['b', 'c']],
	['(nowhere or (c and (b unless d)))', ['b', 'c']],
	['(c or (d if nowhere))', []],
	['((c and d) if b else nowhere)', ['b', 'c', 'd']],
] as const) {
	test(`the rich dependency ${expression} takes ${others.join(' and ') || 'nothing'}`, async t => {
		const found = await solved(rpmWorld([{id: 'a', requires: [expression]}], rich));
		t.deepEqual(
			found.filter(id => id !== 'a-1'),
			others.map(id => `${id}-1`),
		);
	});
}

test('an expression takes nothing where what is there meets it', async t => {
	const world = rpmWorld([{id: 'a', requires: ['(c or (b and d))', 'b', 'd']}], rich);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'd-1']);
});

test('an alternative that cannot be chosen gives way to an expression', async t => {
	const world = rpmWorld([{id: 'a', requires: ['(c or (b and d))', 'b'], conflicts: ['c']}], rich);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'd-1']);
});

test('what is wanted unless another is there goes against that one', async t => {
	const error = await refusal(t, rpmWorld([{id: 'a', requires: ['(b unless d)', 'd']}], rich));
	t.deepEqual(error.details, ['(b unless d), needed by a-1-1.x86_64']);
});

for (const [conflict, others, answer] of [
	['(b and c)', ['b', '(c or d)'], ['b', 'd']],
	['(b unless d)', ['b'], ['b', 'd']],
	['(b or c)', ['(b or c or d)'], ['d']],
	['(b if d)', ['(b or onlyx)'], ['d', 'onlyx']],
	['(x without y)', ['x'], ['both']],
	['(b unless d)', ['b', '(c unless d)'], undefined],
] as const) {
	test(`a conflict with ${conflict}, where ${others.join(' and ')} is needed`, async t => {
		const world = rpmWorld([{id: 'a', requires: others, conflicts: [conflict]}], rich);
		if (answer === undefined) {
			await refusal(t, world);
		} else {
			t.deepEqual(
				(await solved(world)).filter(id => id !== 'a-1'),
				answer.map(id => `${id}-1`),
			);
		}
	});
}

test('packages given together that exclude each other are refused, and told', async t => {
	const id = (name: string) => `${name}-1-1.x86_64`;
	const worlds: readonly (readonly [readonly PackageLiteral[], string])[] = [
		[[{id: 'a', conflicts: ['b']}, {id: 'b'}], `${id('a')} conflicts with ${id('b')}`],
		[
			[{id: 'a'}, {id: 'b', conflicts: ['v']}, {id: 'c', provides: ['v']}],
			`${id('b')} conflicts with ${id('c')}`,
		],
		[[{id: 'a'}, {id: 'b', obsoletes: ['a < 2']}], `${id('b')} obsoletes ${id('a')}`],
		[
			[{id: 'a', conflicts: ['(b and c)']}, {id: 'b'}, {id: 'c'}],
			`${id('a')} conflicts with (b and c)`,
		],
	];
	for (const [given, said] of worlds) {
		const error = await refusal(t, rpmWorld(given));
		t.is(error.message, `${given.map(one => one.id).join(', ')} cannot be packed together`);
		t.deepEqual(error.details, [said]);
	}
});

test('obsoleting goes by the name and the version of a package, not by what it offers', async t => {
	const given = {id: 'a', obsoletes: ['b < 2', 'v']};
	const others = [{id: 'b-2'}, {id: 'b-1'}, {id: 'c', provides: ['v']}];
	t.deepEqual(await solved(rpmWorld([{...given, requires: ['v']}], others)), ['a-1', 'c-1']);
	t.deepEqual(await solved(rpmWorld([{...given, requires: ['b = 2']}], others)), ['a-1', 'b-2']);
	await refusal(t, rpmWorld([{...given, requires: ['b = 1']}], others));
});

test('a condition counts whenever it comes true', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['(b if d)', '(d if c)', 'c']}],
		[{id: 'b'}, {id: 'c'}, {id: 'd'}],
	);
	t.deepEqual(await solved(world), ['a-1', 'b-1', 'c-1', 'd-1']);
});

test('what is unmet is borne where the caller bears it, and everything else is chosen', async t => {
	const world = rpmWorld(
		[
			{id: 'a', requires: ['lost', 'b', 'c']},
			{id: 'aa', requires: ['lost'], conflicts: ['a']},
		],
		[{id: 'b', requires: ['gone']}, {id: 'c'}],
	);
	const {packages, unmet} = await solve(world, {bearsMissing: true});
	t.deepEqual(
		packages.map(({record}) => record.name),
		['a', 'aa', 'b', 'c'],
	);
	t.deepEqual(unmet.map(borneFinding), [
		{path: 'aa-1-1.x86_64', message: 'goes in though aa-1-1.x86_64 conflicts with a-1-1.x86_64'},
		{path: 'b-1-1.x86_64', message: 'needs gone, and goes without: no package has it'},
		{
			path: 'a-1-1.x86_64',
			message: 'needs lost (and 1 more do), and goes without: no package has it',
		},
	]);
});

test('everything unresolved is told in one error, with who needs it', async t => {
	const world = rpmWorld(
		[
			{id: 'a', requires: ['libone.so.1()(64bit)', 'two >= 2', 'b']},
			{id: 'aa', requires: ['two >= 2']},
		],
		[{id: 'b', requires: ['three']}, {id: 'two-1'}],
	);
	const error = await refusal(t, world);
	t.is(error.message, 'cannot meet 3 requirements of a, aa');
	t.deepEqual(error.details, [
		'libone.so.1()(64bit), needed by a-1-1.x86_64',
		'three, needed by b-1-1.x86_64',
		'two >= 2, needed by a-1-1.x86_64, aa-1-1.x86_64',
	]);
	t.regex(error.hint ?? '', /another directory with --repo/u);
});

test('without a repository the hint is to name one', async t => {
	const error = await refusal(t, rpmWorld([{id: 'a', requires: ['b']}]));
	t.regex(error.hint ?? '', /^name a directory .* --repo DIR, or go without by --missing warn$/u);
});

test('what is in the way of a need is told', async t => {
	const world = rpmWorld([{id: 'a', requires: ['b >= 2']}, {id: 'b-1'}], [{id: 'b-2'}]);
	t.regex((await refusal(t, world)).details[0] ?? '', /cannot be beside the others: b-2-1/u);
});

test('needs of the base system are left out, and said so', async t => {
	const world = rpmWorld(
		[{id: 'a', requires: ['filesystem >= 3', 'rpmlib(X)']}],
		[{id: 'filesystem-3'}],
	);
	const {packages, excluded} = await solve(world);
	t.is(packages.length, 1);
	t.deepEqual(
		excluded.map(({need}) => need),
		['filesystem >= 3', 'rpmlib(X)'],
	);
});

test('alternatives that are all of the base system need not be there', async t => {
	const world = debWorld('Package: a\nDepends: dpkg (>= 1.15) | install-info\n');
	const {packages, excluded} = await solve(world);
	t.is(packages.length, 1);
	t.is(excluded[0]?.need, 'dpkg (>= 1.15) | install-info');
});

test('a package of the base system that is given is taken', async t => {
	const world = rpmWorld([{id: 'a', requires: ['filesystem']}, {id: 'filesystem-3'}]);
	t.is((await solve(world)).packages.length, 2);
	t.deepEqual((await solve(world, {findBaseSystemRule: makeBaseSystemRules([])})).excluded, []);
});

test("Debian's first alternative is preferred, whatever it brings along", async t => {
	const world = debWorld(
		'Package: a\nDepends: first | second\n',
		'Package: first\nDepends: more\n\nPackage: second\n\nPackage: more\n',
	);
	t.deepEqual(await solved(world), ['a', 'first', 'more']);
});

test("Debian's second alternative does where the first is not", async t => {
	const world = debWorld(
		'Package: a\nDepends: first (>= 2) | second\n',
		'Package: first\n\nPackage: second\n',
	);
	t.deepEqual(await solved(world), ['a', 'second']);
});

test('a Debian provide without a version meets no versioned need', async t => {
	const offers = 'Package: b\nProvides: virtual\n\nPackage: c\nProvides: virtual (= 2)\n';
	t.deepEqual(await solved(debWorld('Package: a\nDepends: virtual\n', offers)), ['a', 'b']);
	t.deepEqual(await solved(debWorld('Package: a\nDepends: virtual (>= 2)\n', offers)), ['a', 'c']);
});

test('a set that breaks a chosen version takes another', async t => {
	const world = debWorld(
		'Package: a\nDepends: b\nBreaks: b (>= 3)\n',
		'Package: b\nVersion: 2\n\nPackage: b\nVersion: 3\n',
	);
	t.deepEqual(await solved(world), ['a', 'b-2']);
});

test('the order in which packages and candidates are given does not matter', async t => {
	const given = [
		{id: 'a', requires: ['mail']},
		{id: 'z', requires: ['x']},
	];
	const offers = [
		{id: 'm1', provides: ['mail']},
		{id: 'm2', provides: ['mail']},
		{id: 'x-1'},
		{id: 'x-2'},
	];
	const forward = await solve(rpmWorld(given, offers));
	const backward = await solve(rpmWorld([...given].reverse(), [...offers].reverse()));
	t.deepEqual(forward, backward);
});

const essentials = [
	'Package: dash\nEssential: yes\nDepends: libc6\n',
	'Package: bash\nEssential: yes\nDepends: gone\n',
	'Package: perl-base\n',
	'Package: libc6\n',
].join('\n');

test('Essential interpreters stand by, unless they lack something or are not Essential', async t => {
	const {packages} = await solve(debWorld('Package: a\n', essentials));
	t.deepEqual(
		packages.map(({record, neededBy}) => [record.name, neededBy?.record.name]),
		[
			['a', undefined],
			['dash', undefined],
			['libc6', 'dash'],
		],
	);
});

test('an interpreter that somebody says they need is theirs', async t => {
	const {packages} = await solve(debWorld('Package: a\nDepends: dash\n', essentials));
	t.deepEqual(
		packages.map(({record, neededBy}) => [record.name, neededBy?.record.name]),
		[
			['a', undefined],
			['dash', 'a'],
			['libc6', 'dash'],
		],
	);
});

test('an interpreter that cannot be beside the set stays out', async t => {
	t.deepEqual(await solved(debWorld('Package: a\nConflicts: dash\n', essentials)), ['a']);
});
