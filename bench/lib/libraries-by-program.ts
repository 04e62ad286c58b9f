/**
 * What each tool printed → for each program, the files of its libraries.
 *
 * All of them head a program's lines with its path. Paths are compared by the file they lead to,
 * because one tool says /lib and another /usr/lib; the loader is left out, because some call it a
 * library and some do not.
 */
import {realpathSync} from 'node:fs';
import {basename} from 'node:path';

export function librariesByProgram(text: string): Map<string, Set<string>> {
	const programs = new Map<string, Set<string>>();
	let current = new Set<string>();
	for (const line of text.split('\n')) {
		const program = /^(?<path>\/[^\s:]+):? ?(?:\(.*)?$/u.exec(line)?.groups?.path;
		if (program !== undefined) {
			current = new Set();
			programs.set(program, current);
			continue;
		}

		const path = /(?:=> |── )(?<path>\/\S+)/u.exec(line)?.groups?.path;
		if (path !== undefined && !basename(path).startsWith('ld-')) {
			current.add(realPath(path));
		}
	}

	return programs;
}

const known = new Map<string, string>();

function realPath(path: string): string {
	const real = known.get(path) ?? realpathSync(path);
	known.set(path, real);
	return real;
}
