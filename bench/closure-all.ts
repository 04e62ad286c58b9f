/**
 * Print what the loader would map for each program named, all in one process.
 *
 * The part of `dynpk inspect` that rivals have too, without a command line around it: one sysroot,
 * one search for each loader, and so every file read once. Prints as `ldd` does, a line an object,
 * with the rule that found it; nothing is left out, and a program that cannot be walked is said so.
 */
import {walkClosure} from '../lib/closure/walk-closure.js';
import {DynpkError} from '../lib/errors/dynpk-error.js';
import {makeLoaderSearch} from '../lib/loader/make-loader-search.js';
import {hostPath, sysrootPath} from '../lib/paths/paths.js';
import {openSysroot} from '../lib/sysroot/open-sysroot.js';

const start = performance.now();
const sysroot = openSysroot(hostPath('/'));
const openLoader = makeLoaderSearch({sysroot});
const lines = process.argv.slice(2).flatMap(name => [`${name}:`, ...linesOf(name)]);
process.stdout.write(`${lines.join('\n')}\n`);
process.stderr.write(`${(performance.now() - start).toFixed(1)}\n`);

function linesOf(name: string): string[] {
	const path = sysrootPath(name);
	const answer = sysroot.elf(path);
	if (answer.status !== 'elf' || answer.object.interpreter === undefined) {
		return ['\tnot a dynamic executable'];
	}

	try {
		const {search} = openLoader(answer.object.interpreter);
		const {edges, unresolved} = walkClosure(answer.object, path, search);
		return [
			...edges
				.filter(({foundBy}) => foundBy !== 'link-map')
				.map(({needed, to, place}) => `\t${needed} => ${to.path} (${place})`),
			...unresolved.map(({needed}) => `\t${needed} => not found`),
		];
	} catch (error) {
		if (error instanceof DynpkError) {
			return [`\t${error.message}`];
		}

		throw error;
	}
}
