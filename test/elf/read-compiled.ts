/** What gcc and ld write, read back: the fields the search acts on. */
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';

test('needed names come in file order and by soname', async t => {
	const world = await buildObjects(t, {
		'liba.so': {},
		'deep/libb.so': {soname: 'libb.so.1'},
		'libc-less.so': {soname: false},
		prog: {needs: ['deep/libb.so', 'liba.so', 'libmissing.so', 'libc-less.so', '$ORIGIN/x.so']},
	});

	t.deepEqual(world.object('prog').needed, [
		'libb.so.1',
		'liba.so',
		'libmissing.so',
		'libc-less.so',
		'$ORIGIN/x.so',
	]);
	t.is(world.object('deep/libb.so').soname, 'libb.so.1');
	t.is(world.object('liba.so').soname, 'liba.so');
	t.is(world.object('libc-less.so').soname, undefined);
});

test('rpath and runpath stay apart, and both are kept', async t => {
	const world = await buildObjects(t, {
		'old.so': {rpath: '$ORIGIN/old'},
		'new.so': {runpath: '$ORIGIN/new:/x'},
		both: {rpath: '/old', runpath: '/new', needs: ['old.so']},
		'both.so': {rpath: '/old', runpath: '/new'},
	});

	t.like(world.object('old.so'), {rpath: '$ORIGIN/old', runpath: undefined});
	t.like(world.object('new.so'), {rpath: undefined, runpath: '$ORIGIN/new:/x'});
	t.like(world.object('both'), {rpath: '/old', runpath: '/new', audit: undefined});
	t.like(world.object('both.so'), {rpath: '/old', runpath: '/new', audit: undefined});
});

test('a 32-bit object is 32-bit, and a program has the interpreter it was linked for', async t => {
	const world = await buildObjects(t, {
		'narrow.so': {bits: 32, needs: ['libother.so']},
		prog: {interpreter: '/strange/ld.so', needs: ['libother.so']},
		static: {interpreter: false, flags: ['-static']},
	});

	t.like(world.object('narrow.so'), {class: 32, type: 'shared', needed: ['libother.so']});
	t.like(world.object('prog'), {class: 64, interpreter: '/strange/ld.so', isDynamic: true});
	t.like(world.object('static'), {interpreter: undefined, isDynamic: false});
});

test('linker flags turn up as flags', async t => {
	const world = await buildObjects(t, {
		'flags.so': {
			flags: ['nodefaultlib', 'now', 'nodelete', 'nodlopen', 'origin'].map(z => `-Wl,-z,${z}`),
		},
		'plain.so': {flags: ['-Wl,-z,lazy']},
		pie: {libc: true, source: 'int main(void) { return 0; }', flags: ['-pie', '-fPIE']},
		'filter.so': {flags: ['-Wl,-F,libf.so', '-Wl,-f,liba.so', '-Wl,-f,libb.so']},
		audited: {needs: ['plain.so'], flags: ['-Wl,--audit=x.so:y.so', '-Wl,--depaudit=z.so']},
		'stack.so': {flags: ['-Wl,-z,execstack']},
	});

	t.like(world.object('flags.so').flags, {
		noDefaultLib: true,
		bindNow: true,
		noDelete: true,
		noOpen: true,
		origin: true,
		pie: false,
	});
	t.deepEqual(Object.values(world.object('plain.so').flags).filter(Boolean), []);
	t.true(world.object('pie').flags.pie);
	t.like(world.object('filter.so'), {filter: ['libf.so'], auxiliary: ['liba.so', 'libb.so']});
	t.like(world.object('audited'), {audit: 'x.so:y.so', depAudit: 'z.so'});
	t.true(world.object('stack.so').executableStack);
	t.false(world.object('plain.so').executableStack);
});

test('watched functions are those that an object imports, not those it has or has a name like', async t => {
	const source = 'void iconv_open(void); void f(void) { iconv_open(); }';
	const flags = ['-Wl,--unresolved-symbols=ignore-all'];
	const world = await buildObjects(t, {
		'imports.so': {source, flags},
		'narrow.so': {source, flags, bits: 32},
		'hashed.so': {source, flags: [...flags, '-Wl,--hash-style=sysv']},
		'defines.so': {source: 'void iconv_open(void) {}'},
		'longer.so': {source: 'void my_iconv_open(void); void f(void) { my_iconv_open(); }', flags},
		// One string serves both: the shorter name is the tail of the longer.
		'both.so': {source: `${source} void my_iconv_open(void) {}`, flags},
		prog: {libc: true, source: `${source} int main(void) { f(); }`, flags, needs: ['defines.so']},
	});
	const importing = ['imports.so', 'narrow.so', 'hashed.so', 'both.so'];
	for (const name of importing) {
		t.deepEqual(world.object(name).imports, ['iconv_open'], name);
	}

	t.deepEqual(world.object('defines.so').imports, []);
	t.deepEqual(world.object('longer.so').imports, []);
	t.deepEqual(world.object('prog').imports, ['iconv_open']);
});
