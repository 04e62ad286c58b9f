/** Why is this file in a bundle, where did it come from, and what would leave it out? */
import {posix} from 'node:path';
import {quote} from '../launcher/shell-quote.js';
import type {FileRecord} from '../manifest/manifest.js';

export interface FileAnswer extends Pick<FileRecord, 'path' | 'source' | 'package' | 'reason'> {
	/** In bytes; 0 for a link. */
	readonly size: number;
	/** Options of `pack`, the narrowest first; none for what dynpk brings itself. */
	readonly leftOutBy: readonly string[];
}

/** By the beginning of a reason, the option that leaves all such files. */
const options: readonly (readonly [reason: RegExp, option: string])[] = [
	[/^prefix /u, '--scope closure'],
	[/^package .*, a library of which is loaded$|^companion of /u, '--scope closure'],
	[/^called by |^distribution /u, '--scope closure'],
	[/^plug-in of |, recommended by /u, '--recommends none'],
];

/** Files of this path, in the bundle or where they came from, or of this name. */
export function explainFile(name: string, files: readonly FileRecord[]): FileAnswer[] {
	const path = posix.normalize(name).replace(/\/$/u, '');
	const isMeant = (file: FileRecord): boolean =>
		file.path === path ||
		file.source === path ||
		(!path.includes('/') && posix.basename(file.path) === path);
	return files
		.filter(file => file.kind !== 'directory' && isMeant(file))
		.map(({path: place, source, package: owner, reason, size = 0}) => ({
			...{path: place, source, package: owner, reason, size},
			leftOutBy: [
				...(source === undefined ? [] : [`--exclude ${quote(source)}`]),
				...(owner === undefined ? [] : [`--exclude ${owner}`]),
				...options.flatMap(([pattern, option]) => (pattern.test(reason) ? [option] : [])),
			],
		}));
}
