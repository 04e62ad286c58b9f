/**
 * `@FILE` among the targets: a list of them, one a line; blank lines and those that begin with `#` count
 * for nothing. What is wrong with one of them is told with the file and the line.
 */
import {closeSync, openSync, readSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {DynpkError, faultFromErrno} from '../../lib/errors/dynpk-error.js';

export interface ListedTargets {
	readonly targets: readonly string[];
	/** `FILE:LINE` of those that a list has; the first where it stands there twice. */
	readonly places: ReadonlyMap<string, string>;
}

/** @throws {DynpkError} USAGE, PERMISSION, IO */
export function readTargetLists(words: readonly string[], workingDirectory: string): ListedTargets {
	const places = new Map<string, string>();
	const targets = words.flatMap(word => {
		if (!word.startsWith('@')) {
			return [word];
		}

		const list = word.slice(1);
		const listed = targetsOf(list, posix.resolve(workingDirectory, list));
		for (const {target, line} of listed) {
			const place = `${list}:${line}`;
			assertListable(target, place, workingDirectory);
			if (!places.has(target)) {
				places.set(target, place);
			}
		}

		return listed.map(({target}) => target);
	});
	return {targets, places};
}

interface Listed {
	readonly target: string;
	readonly line: number;
}

function targetsOf(list: string, file: string): Listed[] {
	const listed = readBounded(list, file)
		.split('\n')
		.map((text, index) => ({target: text.trim(), line: index + 1}))
		.filter(({target}) => target !== '' && !target.startsWith('#'));
	if (listed.length === 0) {
		throw new DynpkError('USAGE', `the list ${list} has no target`, {
			hint: 'one a line: a program, a path, deb:NAME, rpm:NAME',
		});
	}

	return listed;
}

const PIECE = 65_536;
/** A hundred thousand targets, and more than any list that a person has. */
const LARGEST = 16 << 20;

/** A pipe has no size, and a device no end. */
function readBounded(list: string, path: string): string {
	const pieces: Buffer[] = [];
	try {
		const file = openSync(path, 'r');
		try {
			for (let size = 0; size <= LARGEST;) {
				const piece = Buffer.alloc(PIECE);
				const length = readSync(file, piece);
				if (length === 0) {
					return Buffer.concat(pieces).toString();
				}

				pieces.push(piece.subarray(0, length));
				size += length;
			}
		} finally {
			closeSync(file);
		}
	} catch (error) {
		throw faultFromErrno(error, `cannot read the list ${list === '' ? '@' : list}`);
	}

	throw new DynpkError('USAGE', `${list} is too large to be a list of targets`);
}

function assertListable(target: string, place: string, workingDirectory: string): void {
	if (target.startsWith('@')) {
		throw new DynpkError('USAGE', `${place}: a list names no other list (${target})`);
	}

	// Package files are opened all at once, where nobody knows of lists any more.
	const isPackage = /\.(?:rpm|deb)$/u.test(target);
	const path = posix.resolve(workingDirectory, target);
	if (isPackage && statSync(path, {throwIfNoEntry: false}) === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `${place}: there is no ${target}`);
	}
}
