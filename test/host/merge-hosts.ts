/** Several hosts as one: the worst of each fact, and who differs. */
import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {mergeHosts} from '../../lib/host/merge-hosts.js';
import {parseHostFacts} from '../../lib/host/read-host-facts.js';
import {tellHost} from '../helpers/run/host-facts.js';

async function like(name: string, changes: Partial<HostFacts> = {}): Promise<HostFacts> {
	return {...(await tellHost({})), name, ...changes};
}

function merge(...hosts: readonly HostFacts[]): HostFacts {
	const merged = mergeHosts(hosts.map(facts => ({source: `${facts.name}.json`, facts})));
	// A merged file is read like any other.
	return parseHostFacts(Buffer.from(JSON.stringify(merged)), 'merged');
}

test('alike hosts are one host, and nobody is named', async t => {
	const one = await like('a');
	const {hosts, outliers, name, ...facts} = merge(one, {...one, name: 'b'});
	t.deepEqual([hosts, outliers, name], [['a', 'b'], [], 'a and 1 more']);
	t.deepEqual({...facts, name: 'a'} as unknown, one);
});

test('the oldest kernel, the lowest level and the lowest nodes count, with who has them', async t => {
	const base = await like('n1');
	const {kernel, cpu, libraries} = base;
	const old: HostFacts = {
		...base,
		name: 'gpu-old',
		kernel: {...kernel, release: '3.10.0-1160.el7.x86_64', pageSize: 65_536},
		cpu: {...cpu, level: 1, features: ['fpu'], model: 'old'},
		libraries: libraries
			.filter(({soname}) => soname !== 'libz.so.1')
			.map(library =>
				library.soname === 'libc.so.6' ? {...library, highest: {GLIBC: '2.9'}, marks: []} : library,
			),
		userNamespaces: {works: false, why: 'forbidden'},
		preloads: {file: ['/opt/xalt.so'], variable: null},
	};
	const merged = merge(base, {...base, name: 'n2'}, old);
	t.is(merged.kernel.release, '3.10.0-1160.el7.x86_64');
	t.is(merged.kernel.pageSize, 65_536);
	t.deepEqual([merged.cpu.level, merged.cpu.features, merged.cpu.model], [1, ['fpu'], null]);
	t.is(merged.untold['/cpu/model'], 'the hosts differ');
	t.deepEqual(merged.libraries[0]?.highest, {GLIBC: '2.9'});
	t.false(merged.libraries.some(({soname}) => soname === 'libz.so.1'));
	t.deepEqual(merged.userNamespaces, {works: false, why: 'forbidden'});
	t.deepEqual(merged.preloads.file, ['/opt/xalt.so']);
	const of = (fact: string): unknown => merged.outliers?.filter(found => found.fact === fact);
	const hosts = ['gpu-old'];
	for (const [fact, value] of [
		['/kernel/release', '3.10.0-1160.el7.x86_64'],
		['/cpu/level', 1],
		['/libraries/libc.so.6/highest/GLIBC', '2.9'],
		['/libraries/libz.so.1', null],
		['/userNamespaces/works', false],
		['/preloads/file//opt/xalt.so', true],
	] as const) {
		t.deepEqual(of(fact), [{fact, value, hosts}], fact);
	}

	t.deepEqual(of('/libraries/libz.so.1/highest/ZLIB'), []);
});

test('of two that differ the worse is named, and room is the least without anybody being named', async t => {
	const base = await like('n1');
	const less = {...base.places[0]!, freeBytes: 5};
	const other = await like('n2', {
		places: [less, ...base.places.slice(1)],
		kernel: {...base.kernel, release: '2.6.32'},
	});
	const merged = merge(base, other);
	t.is(merged.places[0]?.freeBytes, 5);
	t.deepEqual(merged.outliers, [{fact: '/kernel/release', value: '2.6.32', hosts: ['n2']}]);
});

test('what was merged can be merged again', async t => {
	const base = await like('n1');
	const old = await like('n3', {kernel: {...base.kernel, release: '3.10.0'}});
	const merged = merge(merge(base, {...base, name: 'n2'}), old);
	t.deepEqual(merged.hosts, ['n1', 'n2', 'n3']);
	t.deepEqual(merged.outliers, [{fact: '/kernel/release', value: '3.10.0', hosts: ['n3']}]);
});

test('machines that run no program of each other are not merged', async t => {
	const base = await like('n1');
	const arm = await like('n2', {cpu: {...base.cpu, architecture: 'aarch64'}});
	const error = t.throws(() => merge(base, arm), {instanceOf: DynpkError});
	t.is(error.code, 'USAGE');
	t.regex(error.message, /n1\.json tells of x86_64 on x86_64, n2\.json tells of aarch64/u);
});
