/**
 * Java, Open MPI and libraries that load plug-ins: the same answers on foreign hosts as on the packing
 * machine. Their registries and settings are made as packages are installed, and in no package's list.
 */
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {runtimeTrials} from './lib/runtime-trials.js';
import {testSameAsHere} from './lib/same-as-here.js';

testSameAsHere(runtimeTrials);

test.serial('plug-ins of the host are not seen beside those of the bundle', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, ['/usr/bin/gio']));
	if (host === undefined || bundle === undefined) return;
	for (const DYNPK_ENGINE of ['shim', 'userns']) {
		const answer = await runOnHost(host, {
			bundle,
			argv: ['bin/gio', 'version'],
			env: {DYNPK_ENGINE},
			// GIO opens every file of the directory, and says of each one that it cannot load.
			files: {'/usr/lib/x86_64-linux-gnu/gio/modules/libhost.so': 'of another C library\n'},
		});
		t.is(answer.stderr, '', DYNPK_ENGINE);
		t.regex(answer.stdout, /^2\./u);
	}
});
