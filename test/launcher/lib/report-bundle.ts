/** A small bundle of a program that reports what it sees of itself, and what it must see. */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import type {LoaderLaunch} from '../../../lib/launcher/launch-spec.js';
import {bundlePath} from '../../../lib/paths/paths.js';
import {missingHere, need} from '../../helpers/run/need.js';
import {reportProgram, told} from '../../helpers/run/report-program.js';
import {builtKit} from '../../helpers/worlds/built-kit.js';
import {
	compile,
	librariesOf,
	miniBundle,
	type MiniBundle,
	type MiniProgram,
} from '../../helpers/worlds/mini-bundle.js';

export const run = promisify(execFile);

export const loader = '/lib64/ld-linux-x86-64.so.2';

/** What some sites set for everybody. */
export const siteEnvironment = {
	FIRST: '1',
	LD_LIBRARY_PATH: '/site/lib',
	LD_PRELOAD: '/site/accounting.so',
	GLIBC_TUNABLES: 'glibc.malloc.check=0',
	LAST: '2',
};

/** `undefined`, with the test ended, where the tests here cannot run. */
export function prebuilt(t: ExecutionContext): Buffer | undefined {
	if (process.arch !== 'x64') {
		missingHere(t, 'needs an x86-64 machine');
		return undefined;
	}

	return need(t, 'gcc', 'ldd') ? builtKit().launcher : undefined;
}

export async function reportBundle(
	t: ExecutionContext,
	changes: Partial<MiniProgram> = {},
	options: readonly string[] = [],
): Promise<MiniBundle | undefined> {
	const launcher = prebuilt(t);
	if (launcher === undefined) return undefined;
	const from = await compile(t, reportProgram, options);
	const libraries = await librariesOf(from);
	return miniBundle(t, {name: 'report', from, libraries, loader, prebuilt: launcher, ...changes});
}

/** What a program sees that was started with `siteEnvironment`, `b` as its argv[0] and one argument. */
export function expectNative(t: ExecutionContext, {top, start}: MiniBundle, report: string): void {
	t.deepEqual(told(report, 'argv'), ['b', 'an argument']);
	t.deepEqual(told(report, 'invocation'), ['b b']);
	t.deepEqual(told(report, 'exe'), [join(top, 'root/usr/bin/report')]);
	t.deepEqual(told(report, 'comm'), ['report']);
	t.deepEqual(told(report, 'execfn'), [start]);
	t.deepEqual(told(report, 'headers'), ['1']);
	t.deepEqual(told(report, 'entry'), ['1']);
	t.deepEqual(told(report, 'base'), ['1']);
	const entries = Object.entries(siteEnvironment).map(([name, value]) => `${name}=${value}`);
	t.deepEqual(told(report, 'env'), entries);
	t.deepEqual(told(report, 'early'), ['LD_LIBRARY_PATH=/site/lib LD_PRELOAD=/site/accounting.so ']);
	t.deepEqual(
		told(report, 'object').filter(object => object.startsWith('/') && !object.startsWith(top)),
		[],
	);
}

export const ways: Readonly<Record<string, Partial<LoaderLaunch>>> = {
	'like the kernel': {},
	'with options, for a library whose DT_RPATH leads out': {
		inhibitRpath: [bundlePath('lib/libc.so.6')],
	},
};
