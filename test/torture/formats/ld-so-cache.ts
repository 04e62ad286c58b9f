/** The loader's cache, in each of its layouts. */
import {parseLdSoCache} from '../../../lib/loader/parse-ld-so-cache.js';
import {writeCombinedCache, writeNewCache, writeOldCache} from '../../helpers/elf/cache-writer.js';
import {wordsAt, type Format, type Original} from '../lib/format.js';

const lines = Array.from({length: 12}, (_, number) => ({
	name: `lib${number % 9}.so.${number}`,
	path: `/usr/lib/lib${number % 9}.so.${number}`,
	flags: 0x303,
	...(number % 4 === 0 ? {level: `x86-64-v${2 + (number % 3)}`} : {}),
}));
const plain = lines.map(({name, path, flags}) => ({name, path, flags}));

function original(name: string, bytes: Buffer): Original {
	return {name, bytes, numbers: wordsAt(0, bytes.length)};
}

export const format: Format = {
	name: 'ld.so.cache',
	inputsInCheck: 1000,
	open: () => ({
		originals: [
			original('old little', writeOldCache(plain, 'little')),
			original('combined little', writeCombinedCache(plain, 'little', plain)),
			original('new little', writeNewCache(lines, {})),
			original('new big', writeNewCache(lines, {byteOrder: 'big'})),
		],
		attempt: (damaged, {name}) => {
			const parsed = parseLdSoCache(damaged, name.endsWith('big') ? 'big' : 'little');
			return parsed.status === 'valid' ? 'accepted' : 'refused';
		},
	}),
};
