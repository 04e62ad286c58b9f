/** Which libraries of a bundle its linkers see. */
import test from 'ava';
import {bundlePath} from '../../lib/paths/paths.js';
import {noOrigin, type Operation} from '../../lib/plan/bundle-plan.js';
import {linkingFindings, yieldingLibraries} from '../../lib/plan/plan-linking.js';

const rest = {...noOrigin, reason: 'target'};
const gcc = 'root/usr/lib/gcc/12';

function file(path: string, owner?: string): Operation {
	const content = {kind: 'bytes', bytes: Buffer.alloc(0)} as const;
	const origin = owner === undefined ? {} : {package: owner};
	return {...rest, kind: 'file', path: bundlePath(path), mode: 0o644, content, ...origin};
}

function link(path: string, target: string): Operation {
	return {...rest, kind: 'symlink', path: bundlePath(path), target};
}

const libraries = [
	file('root/usr/lib/libc.so.6', 'libc6'),
	file('root/usr/lib/libm.so.6', 'libc6'),
	file('root/usr/lib/libgomp.so.1'),
	file('root/usr/lib/libz.so.1'),
];
const compiler = [
	file(`${gcc}/crtbegin.o`),
	file(`${gcc}/libgomp.a`),
	link(`${gcc}/libgomp.so`, '../../libgomp.so.1'),
	link(`${gcc}/libcc1.so`, '../../libz.so.1'),
];

/** How each library yields, in the order above. */
function yields(files: readonly Operation[]): readonly (string | undefined)[] {
	return libraries.map(library => yieldingLibraries([...libraries, ...files])(library));
}

test('without a compiler only the C library gives way to the host’s', t => {
	t.deepEqual(yields([]), ['to-hosts', 'to-hosts', undefined, undefined]);
	t.deepEqual(linkingFindings(libraries), []);
});

test('a compiler without a C library’s start files sees the host’s libraries, or archives', t => {
	t.deepEqual(yields(compiler), ['to-hosts', 'to-hosts', 'always', 'to-hosts']);
	t.deepEqual(
		linkingFindings(compiler).map(({code, path}) => [code, path]),
		[['LINKS_WITH_HOST', `${gcc}/crtbegin.o`]],
	);
});

test('with them it sees its own', t => {
	const all = [...compiler, file('root/usr/lib/crt1.o')];
	t.deepEqual(yields(all), [undefined, undefined, undefined, undefined]);
	t.deepEqual(linkingFindings(all), []);
});

test('Rust’s compiler links with a compiler of C, the bundle’s or the host’s', t => {
	const rust = [file('root/r/bin/rustc'), file('root/r/lib/rustlib/x/lib/libstd.rlib')];
	t.deepEqual(
		linkingFindings(rust).map(({code, path}) => [code, path]),
		[['LINKS_WITH_HOST', 'root/r/bin/rustc']],
	);
	t.deepEqual(linkingFindings([...rust, link('root/usr/bin/cc', 'gcc')]), []);
	t.deepEqual(linkingFindings(rust.slice(0, 1)), []);
});
