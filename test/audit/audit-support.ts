import test from 'ava';
import {auditSupport} from '../../lib/audit/audit-support.js';
import type {AuditedLoader} from '../../lib/audit/audit-support.js';
import {knownLoaders} from '../../lib/audit/known-loaders.js';

const banner = (who: string, release: string) =>
	`\0${who} (Some GLIBC ${release}-1) stable release version ${release}.\0`;

function factsOf(release: string, changes: Partial<AuditedLoader> = {}): AuditedLoader {
	const loader = Buffer.from(`\0--audit\0${banner('ld.so', release)}`);
	return {
		libc: 'glibc',
		machine: 62,
		loader,
		readLibrary: () => undefined,
		objects: [],
		...changes,
	};
}

type Audited = AuditedLoader['objects'][number];

function library(size: number, {defined = '', fixesOwn = false} = {}): Audited {
	return {
		tls: {size, alignment: 8},
		threadLocals: {defined: [defined], fixed: [], fixesOwn},
	};
}

/** One that reaches a variable, of whomever, at a fixed offset. */
function user(name: string): Audited {
	return {tls: undefined, threadLocals: {defined: [], fixed: [name], fixesOwn: false}};
}

test('a release is judged by the newest row that is not newer than it', t => {
	const available = (release: string) => auditSupport(factsOf(release)).available;
	t.deepEqual(
		['2.17', '2.30', '2.31', '2.33', '2.34', '2.35', '2.41', '2.42', '3.0'].map(available),
		[false, false, true, true, false, true, true, true, true],
	);
	t.deepEqual(auditSupport(factsOf('2.31')).limits, ['dlmopen', 'slow-calls', 'static-tls']);
	t.deepEqual(auditSupport(factsOf('2.36')).limits, []);
});

test('the rows stand newest first and end with one for everything older', t => {
	const numbers = knownLoaders.map(({from: [major, minor]}) => major * 1000 + minor);
	t.deepEqual(
		numbers,
		[...numbers].sort((a, b) => b - a),
	);
	t.is(numbers.at(-1), 0);
});

test('an old loader does not name its release, but its libc does', t => {
	const loader = Buffer.from('\0--audit\0');
	const libc = Buffer.from(banner('GNU C Library', '2.31'));
	t.true(auditSupport(factsOf('', {loader, readLibrary: () => libc})).available);
	t.is(
		auditSupport(factsOf('', {loader})).reason,
		'the bundled loader does not tell which glibc it is',
	);
});

test('musl, another machine and a loader without the option are not audited', t => {
	const reasonOf = (changes: Partial<AuditedLoader>) => {
		const {available, reason} = auditSupport(factsOf('2.36', changes));
		return available ? undefined : reason;
	};

	t.is(reasonOf({libc: 'musl'}), "musl's loader has no audit interface");
	t.is(reasonOf({machine: 22}), 'there is no audit stub for e_machine 22');
	const loader = Buffer.from(banner('ld.so', '2.36'));
	t.is(reasonOf({loader}), 'the bundled loader has no option --audit');
});

const needing = (release: string, ...objects: AuditedLoader['objects']) =>
	auditSupport(factsOf(release, {objects}));

test('libraries with much initial-exec storage need room, which glibc 2.31 cannot be asked for', t => {
	const own = {fixesOwn: true};
	t.is(needing('2.36', library(136, own)).staticTls, undefined);
	t.is(needing('2.36', library(2632, own), library(136, own)).staticTls, 2 * (2640 + 144));
	t.is(needing('2.36', library(9000)).staticTls, undefined);
	t.is(
		needing('2.31', library(6216, own)).reason,
		'glibc 2.31 under audit has no room for 6224 bytes of thread-local storage',
	);
});

test('who uses storage at a fixed offset makes it static, whatever its provider says', t => {
	const provider = library(4096, {defined: 'table'});
	t.is(needing('2.36', provider, user('table')).staticTls, 2 * 4104);
	t.is(needing('2.36', provider, user('tables')).staticTls, undefined);
	t.false(needing('2.31', user('table'), provider).available);
});
