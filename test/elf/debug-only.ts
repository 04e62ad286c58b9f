/** Files of debug information: ELF, with the headers of an object and without its contents. */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';

const program = {
	libc: true,
	source: 'int main(void) { return 0; }',
	flags: ['-g', '-Wl,--build-id=0x1234'],
};

test('what objcopy --only-keep-debug leaves is not dynamic and keeps its build id', async t => {
	const world = await buildObjects(t, {program});
	const path = hostPath(`${world.path('program')}.debug`);
	execFileSync('objcopy', ['--only-keep-debug', world.path('program'), path]);

	const {isDynamic, interpreter, needed, buildId} = readElf(path);
	t.deepEqual(
		{isDynamic, interpreter, needed, buildId},
		{
			isDynamic: false,
			interpreter: undefined,
			needed: [],
			buildId: '1234',
		},
	);
});

test('what eu-strip splits off is not dynamic, though its program headers say so', async t => {
	const world = await buildObjects(t, {program});
	const path = world.path('program');
	t.true(readElf(path).isDynamic);
	dropContents(path);

	const {isDynamic, interpreter, needed, versionNeeds, type} = readElf(path);
	t.deepEqual(
		{isDynamic, interpreter, needed, versionNeeds, type},
		{
			isDynamic: false,
			interpreter: undefined,
			needed: [],
			versionNeeds: [],
			type: 'shared',
		},
	);
});

test('an object whose contents are damaged and whose code is there is refused', async t => {
	const world = await buildObjects(t, {program});
	const path = world.path('program');
	const {programHeaders} = readElf(path);
	const bytes = readFileSync(path);
	const dynamic = programHeaders.find(({type}) => type === 2)!;
	bytes.fill(0xdb, dynamic.offset, dynamic.offset + dynamic.fileSize);
	writeFileSync(path, bytes);
	t.throws(() => readElf(path), {code: 'ELF_INVALID'});
});

/** Do to a 64-bit little-endian file what eu-strip does: all loaded sections become SHT_NOBITS. */
function dropContents(path: HostPath): void {
	const bytes = readFileSync(path);
	const table = Number(bytes.readBigUInt64LE(40));
	const count = bytes.readUInt16LE(60);
	for (let at = table; at < table + count * 64; at += 64) {
		const isLoaded = (bytes.readBigUInt64LE(at + 8) & 2n) !== 0n;
		if (isLoaded && bytes.readUInt32LE(at + 4) !== 7) {
			bytes.writeUInt32LE(8, at + 4);
			const offset = Number(bytes.readBigUInt64LE(at + 24));
			bytes.fill(0xdb, offset, offset + Number(bytes.readBigUInt64LE(at + 32)));
		}
	}

	writeFileSync(path, bytes);
}
