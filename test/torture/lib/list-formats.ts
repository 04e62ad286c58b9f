/** The formats that there are: a file each. */
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Format} from './format.js';

export interface ListedFormat {
	readonly file: string;
	readonly format: Format;
}

/** By name. */
export async function listFormats(): Promise<readonly ListedFormat[]> {
	const directory = fileURLToPath(new URL('../formats', import.meta.url));
	const files = readdirSync(directory)
		.filter(name => name.endsWith('.js'))
		.map(name => name.slice(0, -3))
		.sort();
	return Promise.all(
		files.map(async file => {
			const {format} = (await import(`../formats/${file}.js`)) as {readonly format: Format};
			return {file, format};
		}),
	);
}
