import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';

test('control characters, C1 controls and bidirectional overrides become visible', t => {
	t.is(sanitise('a\u001b[31mb'), String.raw`a\x1b[31mb`);
	t.is(sanitise('a\nb\tc\u007f\u009b'), String.raw`a\x0ab\x09c\x7f\x9b`);
	t.is(sanitise('x\u202eexe.\u2069'), String.raw`x\u{202e}exe.\u{2069}`);
	t.is(sanitise('blank, ünïcode, 日本'), 'blank, ünïcode, 日本');
});

test('a fault never prints what a file smuggled into it', t => {
	const fault = new DynpkError('NOT_A_PROGRAM', 'bad \u001b]0;name\u0007', {
		details: ['evil\r'],
		hint: 'try \u009b2J',
	});
	t.notRegex(
		[fault.message, ...fault.details, fault.hint].join(' '),
		/[\u0000-\u001f\u0080-\u009f]/u,
	);
	t.is(fault.exitStatus, 3);
});
