/** The path table, as the shim and the namespace of a started program read it. */
import {readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {wordsAt, type Format} from '../lib/format.js';
import {makeStartedBundle, type StartEngine} from '../lib/start-bundle.js';

const SIZE_PLACE = 8;

export const format: Format = {
	name: 'path table',
	inputsInCheck: 300,
	open: async scratch => {
		const bundle = await makeStartedBundle(realpathSync(scratch));
		const path = join(bundle.top, bundle.table);
		const bytes = readFileSync(path);
		const numbers = wordsAt(SIZE_PLACE, bytes.readUInt32LE(28));
		// Most of the damage would be told by the size alone.
		const settle = (damaged: Buffer): Buffer => {
			if (damaged.length >= SIZE_PLACE + 4) damaged.writeUInt32LE(damaged.length, SIZE_PLACE);
			return damaged;
		};
		const engines: readonly StartEngine[] = ['shim', 'userns'];
		return {
			originals: engines.map(name => ({name, bytes, numbers, settle})),
			attempt: (damaged, {name}) => {
				writeFileSync(path, damaged);
				return bundle.start(name as StartEngine);
			},
		};
	},
};
