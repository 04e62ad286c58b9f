/**
 * No module of cmd and lib leads back to itself by its imports, imports of types included: what two
 * modules need of each other belongs to a third, or both are one.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import test from 'ava';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

/** Modules by what they import, static or on demand. */
function readImports(): Map<string, readonly string[]> {
	const modules = ['cmd', 'lib'].flatMap(top =>
		readdirSync(join(root, top), {recursive: true, encoding: 'utf8'})
			.filter(name => name.endsWith('.ts'))
			.map(name => join(top, name)),
	);
	return new Map(
		modules.map(path => {
			const text = readFileSync(join(root, path), 'utf8');
			const imported = ts.preProcessFile(text).importedFiles.map(({fileName}) => fileName);
			const own = imported.filter(name => name.startsWith('.') && name.endsWith('.js'));
			return [path, own.map(name => normalize(join(dirname(path), name)).replace(/\.js$/u, '.ts'))];
		}),
	);
}

/** The first way from a module back to itself, as a list of modules. */
function findCircle(
	imports: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
	const done = new Set<string>();
	const follow = (path: string, way: readonly string[]): readonly string[] | undefined => {
		if (way.includes(path)) {
			return [...way.slice(way.indexOf(path)), path];
		}

		if (done.has(path)) {
			return undefined;
		}

		for (const next of imports.get(path) ?? []) {
			const circle = follow(next, [...way, path]);
			if (circle !== undefined) {
				return circle;
			}
		}

		done.add(path);
		return undefined;
	};
	for (const path of imports.keys()) {
		const circle = follow(path, []);
		if (circle !== undefined) {
			return circle;
		}
	}

	return undefined;
}

test('a circle of imports is found', t => {
	const imports = new Map([
		['a', ['b']],
		['b', ['c', 'd']],
		['c', []],
		['d', ['b']],
	]);
	t.deepEqual(findCircle(imports), ['b', 'd', 'b']);
	imports.set('d', ['c']);
	t.is(findCircle(imports), undefined);
});

test('no module of cmd and lib leads back to itself', t => {
	const imports = readImports();
	t.true(imports.size > 250);
	t.is(findCircle(imports)?.join(' -> '), undefined);
});
