import test from 'ava';
import {readAuditRecords} from '../../lib/audit/read-audit-records.js';

const line = {
	...{record: 'object', pid: 7, namespace: 0, name: 'libz.so.1', requester: '/b/bin/p'},
	...{place: 'runpath', opened: '/b/lib/libz.so.1', path: '/b/lib/libz.so.1.3'},
	...{device: 1, inode: 2, verdict: 'bundle'},
};

test('a whole line comes back, with what it leaves out as undefined', t => {
	const {records, damaged} = readAuditRecords(`${JSON.stringify(line)}\n`);
	const {record, ...fields} = line;
	t.is(record, 'object');
	t.deepEqual(records, [{...fields, verdict: 'bundle' as const, pattern: undefined, cut: false}]);
	t.is(damaged, 0);
});

test('programs and files of the host come back apart from objects', t => {
	const event = {record: 'program', pid: 7, name: 'a', path: '/usr/bin/a', requester: '/b/bin/p'};
	const lines = [event, {...event, record: 'file'}, line, {...event, path: 1}];
	const answer = readAuditRecords(lines.map(each => `${JSON.stringify(each)}\n`).join(''));
	const {record, ...fields} = event;
	t.is(record, 'program');
	t.deepEqual(answer.events, [
		{kind: 'program' as const, ...fields},
		{kind: 'file' as const, ...fields},
	]);
	t.deepEqual([answer.records.length, answer.damaged], [1, 1]);
});

test('lines that are torn, foreign or of the wrong types are counted', t => {
	const bad = [
		JSON.stringify(line).slice(0, 40),
		'null',
		'[]',
		JSON.stringify({...line, record: 'other'}),
		JSON.stringify({...line, inode: '2'}),
		JSON.stringify({...line, path: undefined}),
		JSON.stringify({...line, requester: 3}),
		JSON.stringify({...line, verdict: 'fine'}),
	];
	const {records, damaged} = readAuditRecords([...bad, JSON.stringify(line)].join('\n'));
	t.is(records.length, 1);
	t.is(damaged, bad.length);
});
