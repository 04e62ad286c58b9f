import {readFileSync} from 'node:fs';
import test from 'ava';
import {exitStatuses} from '../../lib/errors/dynpk-error.js';

test('docs/errors.md lists every code beside its exit status, and no other', t => {
	const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
	const rows = text.split('\n').flatMap(line => {
		const [, status, codes] = /^\| (\d+) \|[^|]*\|(.*)\|$/u.exec(line) ?? [];
		return (codes?.match(/[A-Z][A-Z_\d]+/gu) ?? []).map(code => [code, Number(status)] as const);
	});
	t.deepEqual(Object.fromEntries(rows), {...exitStatuses});
});
