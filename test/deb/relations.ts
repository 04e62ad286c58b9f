import test from 'ava';
import {formatDependency, parseRelations} from '../../lib/deb/relations.js';

test('a comma asks for both, a bar for either', t => {
	const parsed = parseRelations('libc6 (>= 2.36), default-mta | mail-transport-agent');
	t.deepEqual(
		parsed?.map(dependency => dependency.map(({name}) => name)),
		[['libc6'], ['default-mta', 'mail-transport-agent']],
	);
});

test('every operator is read, the old ones as what they mean', t => {
	const operators = ['<<', '<=', '=', '>=', '>>', '<', '>'].map(
		sign => parseRelations(`a (${sign} 1:2-3)`)?.[0]?.[0]?.range?.operator,
	);
	t.deepEqual(operators, ['<<', '<=', '=', '>=', '>>', '<=', '>=']);
});

test('architecture qualifiers, restrictions and build profiles are kept apart', t => {
	t.deepEqual(parseRelations('python3:any (>= 3.11~)[amd64 !i386] <!nocheck> <stage1 cross>'), [
		[
			{
				name: 'python3',
				qualifier: 'any',
				range: {operator: '>=', version: '3.11~'},
				architectures: ['amd64', '!i386'],
				profiles: [['!nocheck'], ['stage1', 'cross']],
			},
		],
	]);
});

test('a trailing comma and line breaks do not matter', t => {
	t.is(parseRelations('a,\n b (>= 1)\n,c,')?.length, 3);
	t.deepEqual(parseRelations(''), []);
});

for (const malformed of ['a (>= )', 'a (1)', '(>= 1)', 'a b', 'a | ', 'a:ANY!', 'a (>= 1']) {
	test(`${malformed} is malformed`, t => {
		t.is(parseRelations(malformed), undefined);
	});
}

test('what is printed is what dpkg prints', t => {
	const [dependency] = parseRelations('a:any(>=1)|b') ?? [];
	t.is(formatDependency(dependency!), 'a:any (>= 1) | b');
});
