/** What is said of machines that no launcher was built for. */
import test from 'ava';
import {unbuiltMachines} from '../../lib/pack/open-launchers.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../../lib/walk/walked-payload.js';

const loader = (machine: number, path: string): WalkedLoader =>
	({
		path: sysrootPath(path),
		facts: {object: {machine, class: 32, byteOrder: 'little', machineFlags: 0}},
		// As much of it as is looked at.
	}) as unknown as WalkedLoader;
const payload = {loaders: [loader(3, '/lib/ld-linux.so.2')]} as unknown as WalkedPayload;
const none = {isNative: false, toolsFor: () => undefined};

test('a shell launcher that nobody asked for is told, with the machine and the reason', t => {
	const [finding, ...others] = unbuiltMachines(payload, none, 'auto');
	t.deepEqual(others, []);
	t.like(finding, {code: 'NO_NATIVE_LAUNCHER', path: '/lib/ld-linux.so.2'});
	t.regex(finding!.message, /^no launcher was built for i686, because .*: a shell starts/u);
});

test('a machine beside the main one is told when the main launcher has to start its programs', t => {
	const [finding] = unbuiltMachines(payload, {...none, isNative: true}, 'auto');
	t.regex(finding!.message, /^no launcher was built for i686, .*main machine/u);
});

test('nothing is told of a launcher that was asked for, nor of one that was built', t => {
	t.deepEqual(unbuiltMachines(payload, none, 'sh'), []);
	const tool = {path: '/x', size: 1};
	const built = {auditStub: tool, shim: tool, nss: tool};
	const toolsFor = () => built as never;
	t.deepEqual(unbuiltMachines(payload, {isNative: true, toolsFor}, 'auto'), []);
});
