/** A trace, and what is packed by one. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeExclusions} from '../../../lib/inputs/exclusions.js';
import {addTrace} from '../../../lib/inputs/add-trace.js';
import {makeCollector} from '../../../lib/inputs/payload-collector.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import {readTrace} from '../../../lib/trace/trace-evidence.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const trace = {
	schema: 'dynpk-trace/1',
	command: ['tool', '-x'],
	home: '/home/me',
	ended: {status: 0},
	observers: {stub: 'used', strace: 'used'},
	programs: [{path: '/made.trace'}],
	objects: [{path: '/made.trace', name: 'libc.so.6', requester: '/usr/bin/tool', place: 'default'}],
	files: [
		{path: '/made.trace', use: 'read'},
		{path: '/etc/tool', use: 'looked-at'},
	],
};
const words = [
	...[
		'null',
		'[]',
		'{}',
		'""',
		'-1',
		'1e999',
		'"/../x"',
		'"/"',
		'"/a\\u0000"',
		'"\\ud800"',
		'"/\\n"',
	],
	...['"__proto__": {}', '[[[[[[[[', ',', ':', '"use": "read"', `"/${'x/'.repeat(3000)}y"`],
];

export const format: Format = {
	name: 'trace',
	inputsInCheck: 150,
	open: scratch => {
		const file = hostPath(join(scratch, 'made.trace'));
		return {
			originals: [{name: 'small', bytes: Buffer.from(JSON.stringify(trace)), words}],
			attempt: damaged => {
				writeFileSync(file, damaged);
				return verdictOf(() => {
					const sysroot = openSysroot(hostPath(scratch));
					addTrace(readTrace(file), makeCollector(sysroot, makeExclusions([])), sysroot);
				}, isRefusal);
			},
		};
	},
};
