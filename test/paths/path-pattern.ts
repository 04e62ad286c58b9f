/** One expression for several patterns answers as picomatch does for each of them. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import picomatch from 'picomatch';
import {pathPattern} from '../../lib/paths/path-pattern.js';

const lib = join(import.meta.dirname, '../../../lib');

/** Whatever stands in our data files and has a wildcard in it. */
const patterns = readdirSync(lib, {recursive: true, encoding: 'utf8'})
	.filter(name => name.endsWith('.json'))
	.flatMap(name => texts(JSON.parse(readFileSync(join(lib, name), 'utf8'))))
	.filter(text => /^[^ ]*[*{][^ ]*$/u.test(text));

function texts(value: unknown): string[] {
	if (typeof value === 'string') {
		return [value];
	}

	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** A pattern with names for its wildcards, one of them with a dot in front. */
function examples(pattern: string): string[] {
	return ['x', '.x', 'a/b', 'x86_64-linux-gnu', 'en', ''].flatMap(name =>
		[/[*]+/gu, /[*]+|!\([^)]*\)/gu].map(wildcard =>
			pattern
				.replaceAll(/\{([^{},]*),?[^{}]*\}/gu, '$1')
				.replaceAll(/\{([^{},]*),?[^{}]*\}/gu, '$1')
				.replaceAll(wildcard, name),
		),
	);
}

test('each pattern of our data files matches what picomatch matches', t => {
	t.true(patterns.length > 60);
	const paths = [...new Set(patterns.flatMap(examples))].filter(path => path !== '');
	for (const dot of [true, false]) {
		for (const pattern of patterns) {
			const expected = picomatch(pattern, {dot});
			const own = pathPattern(pattern, {dot});
			const wrong = paths.filter(path => path !== pattern && own(path) !== expected(path));
			t.deepEqual(wrong, [], pattern);
		}

		const all = pathPattern(patterns, {dot});
		const any = picomatch(patterns, {dot});
		t.deepEqual(paths.filter(all), paths.filter(path => any(path)));
	}
});

test('no pattern matches nothing', t => {
	t.false(pathPattern([])('/usr/bin/x'));
	t.false(pathPattern('/usr/*')('/srv/usr/x'));
	t.false(pathPattern(['/a', '/b'])('/ab'));
});
