/** By which names a script is known in the twin of its directory. */
import test from 'ava';
import type {Payload, PayloadEntry} from '../../lib/inputs/payload.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {layOutTwins} from '../../lib/plan/lay-out-twins.js';

const rest = {reason: {kind: 'target'}, package: undefined} as const;

function file(path: string): PayloadEntry {
	return {
		kind: 'file',
		path: sysrootPath(path),
		hostPath: hostPath(path),
		mode: 0o755,
		size: 1,
		fileId: path,
		content: {kind: 'data'},
		...rest,
	};
}

function link(path: string, target: string, leadsTo: string): PayloadEntry {
	return {
		kind: 'symlink',
		path: sysrootPath(path),
		target,
		leadsTo: sysrootPath(leadsTo),
		...rest,
	};
}

/** Names in the twin, with where each link leads. */
function twin(entries: readonly PayloadEntry[], script: string): Record<string, string> {
	const payload: Payload = {
		name: 'x',
		programs: [],
		libraries: [],
		entries,
		interpreters: new Map(),
		userBases: new Map(),
		packages: [],
		broughtBy: new Map(),
		findings: [],
	};
	const operations = layOutTwins(payload, new Set([sysrootPath(script)]));
	return Object.fromEntries(
		operations.map(operation => [
			operation.path,
			operation.kind === 'symlink' ? operation.target : operation.kind,
		]),
	);
}

test('every neighbour of a moved script can be reached, and a link to it is its name', t => {
	const entries = [
		file('/usr/bin/bzgrep'),
		link('/usr/bin/bzegrep', 'bzgrep', '/usr/bin/bzgrep'),
		file('/usr/bin/other'),
	];
	t.deepEqual(twin(entries, '/usr/bin/bzgrep'), {
		'root/usr/bin.dynpk/bzegrep': 'bzgrep',
		'root/usr/bin.dynpk/other': '../bin/other',
	});
});

test('a link that leads to a script through a linked directory is its name too', t => {
	const entries = [
		link('/bin', 'usr/bin', '/usr/bin'),
		file('/usr/bin/bzgrep'),
		link('/usr/bin/bzegrep', '/bin/bzgrep', '/usr/bin/bzgrep'),
	];
	t.deepEqual(twin(entries, '/usr/bin/bzgrep'), {'root/usr/bin.dynpk/bzegrep': 'bzgrep'});
});

test('a name that something else has beside the script is left to it', t => {
	const entries = [
		link('/etc/alternatives/awk', '/usr/bin/script', '/usr/bin/script'),
		file('/usr/bin/awk'),
		file('/usr/bin/script'),
	];
	t.deepEqual(twin(entries, '/usr/bin/script'), {'root/usr/bin.dynpk/awk': '../bin/awk'});
});
