/** Where programs run, as their users found out: each vector was tried, or is what the release's libraries define. */
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';
import {distributions} from '../../lib/requirements/distributions.js';
import {compareNodes, type Requirements} from '../../lib/requirements/requirements.js';
import {judge} from '../../lib/requirements/verdicts.js';

function requirements(...nodes: readonly string[]): Requirements {
	return {
		highest: new Map(nodes.map(name => [name.replace(/_.*/u, ''), {name, by: '/bin/x'}])),
		...{marks: [], privates: [], kernel: undefined, cpu: undefined},
	};
}

/** `undefined` where it runs. */
function obstacle(needed: Requirements, id: string): string | undefined {
	const release = distributions.find(known => known.id === id);
	if (release === undefined) throw new Error(`no ${id}`);
	const {reasons} = judge(needed, release);
	return reasons.length === 0 ? undefined : reasons.map(({needs}) => needs.name).join(' ');
}

test('ninja of Debian 13 runs by every bound, and fails by the one that is not met', t => {
	const ninja = requirements('GLIBC_2.38', 'GLIBCXX_3.4.32');
	for (const id of ['fedora-39', 'ubuntu-24.04', 'el10', 'opensuse-15.6']) {
		t.is(obstacle(ninja, id), undefined, id);
	}

	t.is(obstacle(ninja, 'openeuler-24.03'), 'GLIBCXX_3.4.32');
	t.is(obstacle(ninja, 'opensuse-15.5'), 'GLIBC_2.38');
	const cmake = requirements('GLIBC_2.38', 'GLIBCXX_3.4.32', 'CXXABI_1.3.15');
	t.is(obstacle(cmake, 'fedora-39'), 'CXXABI_1.3.15');
});

test('glibc does not order releases: of two with the same nodes of it, one has GLIBCXX_3.4.20', t => {
	const program = requirements('GLIBC_2.18', 'GLIBCXX_3.4.20');
	t.is(obstacle(program, 'debian-8'), undefined);
	t.is(obstacle(program, 'ubuntu-14.04'), 'GLIBCXX_3.4.20');
});

test('a node without a number is there or not, and a private one never', t => {
	const marked = (name: string): Requirements => ({...requirements(), marks: [{name, by: 'x'}]});
	t.is(obstacle(marked('GLIBC_ABI_DT_RELR'), 'debian-12'), undefined);
	t.is(obstacle(marked('GLIBC_ABI_DT_RELR'), 'el9'), 'GLIBC_ABI_DT_RELR');
	const secret = {...requirements(), privates: [{name: 'GLIBC_PRIVATE', by: 'x'}]};
	t.true(distributions.every(({id}) => obstacle(secret, id) === 'GLIBC_PRIVATE'));
	const kernel = {...requirements(), kernel: {name: '3.17.0', by: 'x'}};
	t.deepEqual(
		['el7', 'el8'].map(id => obstacle(kernel, id)),
		['Linux 3.17.0', undefined],
	);
});

test('nodes are compared by their numbers', t => {
	t.true(compareNodes('GLIBC_2.10', 'GLIBC_2.9') > 0);
	t.true(compareNodes('GLIBC_2.2.5', 'GLIBC_2.3') < 0);
	t.is(compareNodes('GLIBC_2.34', '2.34'), 0);
	t.true(compareNodes('6.1', '4.19.0') > 0);
});

test('each line of the data goes from old to new, and each row has its source', t => {
	const lines = new Set(distributions.map(({line}) => line));
	for (const line of lines) {
		const releases = distributions.filter(release => release.line === line);
		const nodes = releases.map(({nodes}) => nodes.get('GLIBC')!);
		t.deepEqual(nodes, nodes.toSorted(compareNodes), line);
	}

	t.is(new Set(distributions.map(({id}) => id)).size, distributions.length);
});

async function runsOn(t: ExecutionContext, root: string, id: string): Promise<boolean> {
	const words = ['inspect', '/bin/ls', '--sysroot', root, '--runs-on', id];
	const {status, stdout, stderr} = await runDynpk(words);
	t.is(stderr, '');
	t.regex(stdout, status === 0 ? /: yes\n$/u : /: no, needs GLIBC_2\.\d+, has 2\.\d+\n$/u);
	return status === 0;
}

const vectors = {
	bullseye: {yes: ['el8', 'debian-10'], no: ['el7', 'ubuntu-18.04']},
	trixie: {yes: ['debian-13', 'fedora-42'], no: ['debian-11', 'el8']},
} as const;

for (const [name, {yes, no}] of Object.entries(vectors)) {
	test(`ls of the ${name} host runs where it is known to, and not elsewhere`, async t => {
		const host = await needHost(t, name as keyof typeof vectors);
		if (host === undefined) return;
		for (const id of yes) t.true(await runsOn(t, host.root, id), id);
		for (const id of no) t.false(await runsOn(t, host.root, id), id);
	});
}

test('a table has a line for each distribution, as text and as JSON; a bundle needs a kernel alone', async t => {
	const cwd = makeScratchPlace(t).directory;
	const {stdout, status} = await runDynpk(['inspect', 'ls', '--runs-on']);
	t.is(status, 0);
	t.regex(stdout, /^ {2}debian +Debian 12 \(bookworm\) and newer$/mu);
	t.regex(stdout, /^ {2}Debian 11 \(bullseye\): no, needs GLIBC_2\.3\d, has 2\.31$/mu);
	const json = JSON.parse((await runDynpk(['inspect', 'ls', '--runs-on', '--json'])).stdout) as {
		readonly schema: string;
		readonly lines: readonly {readonly line: string; readonly oldest: string | null}[];
	};
	t.is(json.schema, 'dynpk-runs-on/1');
	t.is(json.lines.find(({line}) => line === 'debian')?.oldest, 'debian-12');

	await runDynpk(['pack', 'ls', '--scope', 'closure', '-o', 'ls.tar'], {cwd});
	const bundle = await runDynpk(['inspect', 'ls.tar', '--runs-on', 'el7'], {cwd});
	t.deepEqual([bundle.status, bundle.stdout], [0, 'RHEL/CentOS 7: yes\n']);
	const old = await runDynpk(['inspect', 'ls.tar', '--runs-on', 'el6'], {cwd});
	t.regex(old.stdout, /^RHEL.* 6: no, needs Linux 3\.2\.0, has 2\.6\.32\n$/u);
	t.is(old.status, 1);
});

test('a library that not every release has travels, and its own nodes with it', async t => {
	const host = await needHost(t, 'bullseye');
	if (host === undefined) return;
	const words = ['inspect', '/usr/bin/perl', '--sysroot', host.root, '--runs-on'];
	const {stdout} = await runDynpk(words);
	t.notRegex(stdout, /XCRYPT/u);
	t.regex(stdout, /^ {2}debian +Debian 11 \(bullseye\) and newer$/mu);
});

test('what has no answer is refused with the next step', async t => {
	const {status, stderr} = await runDynpk(['inspect', 'ls', '--runs-on', 'debain-12']);
	t.deepEqual(
		[status, stderr],
		[2, 'dynpk: --runs-on knows no release debain-12\nhint: did you mean debian-12?\n'],
	);
});
