/**
 * A bundle that is unpacked where its own programs came from: `~/w/hello` was packed, and is `hello` in
 * `~/w` again on a machine with the same home. Its programs start, start themselves again, and see
 * what else was packed.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, renameSync} from 'node:fs';
import test from 'ava';
import {buildObjects, type FileSpec} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

/** Prints the first line of the file that its first argument names, and starts the rest of them. */
const reads: FileSpec = {
	libc: true,
	flags: ['-Wl,-z,dynamic-undefined-weak'],
	source: `#include <stdio.h>
		#include <unistd.h>
		int main(int count, char **words) {
			char line[64] = "none";
			FILE *file = fopen(words[1], "r");
			if (file != NULL)
				fgets(line, sizeof(line), file);
			puts(line);
			fflush(stdout);
			if (count > 2) {
				execv(words[2], words + 2);
				perror(words[2]);
			}
			return 0;
		}`,
};

interface Shape {
	/** Of the world; where the bundle is unpacked, and what it must not cover. */
	readonly packed: string;
	readonly program: string;
	readonly data: string;
	readonly unpacked: string;
	readonly options?: readonly string[];
}

const shapes: Readonly<Record<string, Shape>> = {
	'the program itself': {
		packed: 'w/hello',
		program: 'w/hello',
		data: 'etc/words',
		unpacked: 'w/hello',
	},
	'a directory with programs': {
		packed: 'w/hello',
		program: 'w/hello/bin/tool',
		data: 'etc/words',
		unpacked: 'w/hello',
	},
	'a directory that the bundle has the whole of': {
		packed: 'w',
		program: 'w/bin/tool',
		data: 'w/share/words',
		unpacked: 'w/deep/down',
	},
};

for (const [title, shape] of Object.entries(shapes)) {
	test(`a bundle lies where it came from: ${title}`, async t => {
		if (!need(t, 'gcc')) return;
		const world = await buildObjects(t, {
			[shape.program]: reads,
			[shape.data]: {text: 'words\n'},
		});
		const archive = world.path('bundle.tar');
		const bundle = world.path(shape.unpacked);
		const name = shape.unpacked.slice(shape.unpacked.lastIndexOf('/') + 1);
		const argv = ['pack', world.path(shape.packed), '--with', world.path(shape.data)];
		const packed = await runDynpk([...argv, '--name', name, '-o', archive], {
			env: {PATH: '/usr/bin:/bin'},
		});
		t.deepEqual([packed.status, packed.stderr], [0, '']);

		for (const place of ['w', 'etc'].filter(each => shape.data.startsWith(each) || each === 'w'))
			renameSync(world.path(place), world.path(`${place}.there`));
		const above = world.path(shape.unpacked.slice(0, -name.length - 1));
		mkdirSync(above, {recursive: true});
		execFileSync('tar', ['-xf', archive, '-C', above]);
		const program = `${bundle}/bin/${shape.program.slice(shape.program.lastIndexOf('/') + 1)}`;
		const own = `${bundle}/dynpk.json`;
		const words = [world.path(shape.data), program, own];
		const start = (engine: string): string =>
			execFileSync(program, words, {
				encoding: 'utf8',
				env: {DYNPK_ENGINE: engine},
				stdio: ['ignore', 'pipe', 'inherit'],
			});
		t.is(start('shim'), 'words\n\n{\n\n');
		// Names that only the bundle has are not shown there in a user's directories (decision 16).
		t.regex(start('userns'), /^(?:words\n|none)\n\{\n\n$/u);
	});
}
