/** An object that calls dlopen → the names of libraries among its strings. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';

const calls = /\bUND (?:__libc_)?dl(?:m)?open(?:@|$)/mu;
const NAME = /(?<=\0)(?:\/[\w+./-]+\/)?lib[\w+-][\w+.-]*\.so(?:\.[\w.]+)?(?=\0)/gu;

/** Nothing where it calls none of the loader's functions. */
export function dlopenNames(file: string): ReadonlySet<string> {
	const symbols = execFileSync('readelf', ['-W', '--dyn-syms', file], {
		encoding: 'utf8',
		maxBuffer: 1 << 28,
	});
	return new Set(calls.test(symbols) ? readFileSync(file, 'latin1').match(NAME) : []);
}
