/** Loops of maintainer scripts, written out as far as that stays small. */
import test from 'ava';
import {unrollShellLoops} from '../../../lib/packages/merge/unroll-shell-loops.js';

test('a loop over literal words is written out, loops in loops too', t => {
	const script = 'for a in x y\ndo for b in 1 2\ndo link $a ${b}\ndone\ndone\nlast';
	t.deepEqual(unrollShellLoops(script), ['link x 1', 'link x 2', 'link y 1', 'link y 2', 'last']);
});

test('many commands in a loop of many rounds do not become all of memory', t => {
	const words = Array.from({length: 1000}, (_, number) => `w${number}`).join(' ');
	const script = `for a in ${words}; do\n${'link $a\n'.repeat(200_000)}done`;
	t.true(unrollShellLoops(script).length < 400_000);
});
