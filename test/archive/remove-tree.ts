import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {removeTree} from '../../lib/archive/remove-tree.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {failCall} from '../helpers/worlds/failing-call.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function makeTree(t: ExecutionContext): HostPath {
	const top = hostPath(join(makeScratch(t), 'tree'));
	for (const name of ['a', 'b', 'c']) {
		mkdirSync(join(top, name), {recursive: true});
		writeFileSync(join(top, name, 'file'), '');
	}

	return top;
}

for (const call of ['lstatSync', 'unlinkSync'] as const) {
	test.serial(`what ${call} refuses once is removed all the same`, t => {
		const top = makeTree(t);
		failCall(t, call, {errno: 'EBUSY', on: path => path.endsWith('/b/file'), times: 1});
		removeTree(top);
		t.false(existsSync(top));
	});
}

test.serial('what cannot be removed keeps nothing else from going, and is told', t => {
	const top = makeTree(t);
	failCall(t, 'unlinkSync', {errno: 'EBUSY', on: path => path.endsWith('/b/file')});
	t.throws(() => removeTree(top), {code: 'EBUSY'});
	t.deepEqual(readdirSync(top, {recursive: true}).sort(), ['b', 'b/file']);
});
