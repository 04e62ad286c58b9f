/**
 * What a target's session says about languages, as modules that a site has loaded do: what names
 * another installation does not reach the packed interpreter, the user's own modules do, and programs
 * of the host find all of it as it was.
 */
import {readFileSync} from 'node:fs';
import test from 'ava';
import sessionRules from '../../lib/plan/data/session-rules.json' with {type: 'json'};
import {sessionRulesFor} from '../../lib/plan/session-rules.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Other installations in /opt/py and /opt/perl, and modules of the user's in /opt/mine. */
const files = {
	'/opt/py/lib/python3.9/encodings/__init__.py': 'raise SystemExit("another Python")',
	'/opt/py/lib/python3.9/ssl.py': 'raise SystemExit("another ssl")',
	'/opt/py/lib/python3.9/site-packages/json.py': 'raise SystemExit("another json")',
	'/opt/perl/5.8/strict.pm': 'die "another perl";',
	'/opt/mine/mine.py': 'said = "mine"',
	'/opt/mine/Mine.pm': 'package Mine; our $said = "mine"; 1;',
};

const site = '/opt/py/lib/python3.9';
const session = {
	PYTHONHOME: '/opt/py',
	PYTHONPATH: `${site}:/opt/mine:${site}/site-packages`,
	PERL5LIB: '/opt/mine:/opt/perl/5.8',
};

const python = `
import json, mine, os, ssl, subprocess, sys
print(mine.said, os.environ.get("PYTHONHOME"), os.environ["PYTHONPATH"], flush=True)
subprocess.run(sys.argv[1:])
subprocess.run([sys.executable, "-c", "import mine, ssl; print(mine.said)"])
os.environ["PYTHONPATH"] = "own"
subprocess.run(sys.argv[1:])
`;

const perl = `use strict; use Mine; $| = 1;
	print "$Mine::said $ENV{PERL5LIB}\\n"; system @ARGV;`;

const both = ['/usr/bin/python3', '/usr/bin/perl'];
const echo = (names: string): readonly string[] => ['-c', `echo host ${names}`];

test('another installation is set aside and the user’s own modules stay', async t => {
	const busybox = '/usr/bin/busybox';
	if (!need(t, 'busybox')) return;
	// A shell that no bundle has.
	const shell = ['/opt/host/busybox', 'sh'];
	const placed = {...files, [shell[0]!]: {content: readFileSync(busybox), mode: 0o755}};
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		const bundle = host && (await packOnce(t, both));
		if (bundle === undefined) return;
		for (const DYNPK_ENGINE of ['shim', 'userns']) {
			const env = {...session, DYNPK_ENGINE};
			const run = {bundle, files: placed, env};
			const ofPython = await runOnHost(host!, {
				...run,
				argv: ['bin/python3', '-c', python, ...shell, ...echo('$PYTHONHOME $PYTHONPATH')],
			});
			const where = `${name}, ${DYNPK_ENGINE}`;
			t.is(ofPython.stderr, '', where);
			t.is(
				ofPython.stdout,
				`mine None /opt/mine\nhost /opt/py ${session.PYTHONPATH}\nmine\nhost /opt/py own\n`,
				where,
			);
			const ofPerl = await runOnHost(host!, {
				...run,
				argv: ['bin/perl', '-e', perl, ...shell, ...echo('$PERL5LIB $DYNPK_ASIDE_PERL5LIB')],
			});
			t.is(ofPerl.stderr, '', where);
			t.is(ofPerl.stdout, `mine /opt/mine\nhost ${session.PERL5LIB}\n`, where);
		}
	}
});

test('DYNPK_SESSION=keep keeps all of it, and DYNPK_EXPLAIN tells what is set aside', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, both));
	if (bundle === undefined) return;
	const run = {bundle, files, argv: ['bin/perl', '-e', 'use strict; print 1']};
	const env = {...session, DYNPK_ENGINE: 'direct'};
	const kept = await runOnHost(host!, {...run, env: {...env, DYNPK_SESSION: 'keep'}});
	t.regex(kept.stderr, /^another perl at /u);
	const told = await runOnHost(host!, {...run, env: {...env, DYNPK_EXPLAIN: '1'}});
	t.is(told.stdout, '1');
	t.true(
		told.stderr.endsWith(
			": /opt/perl/5.8 of PERL5LIB is another installation's, and set aside; DYNPK_SESSION=keep keeps it\n",
		),
		told.stderr,
	);
});

test('each rule has its reason, and only the interpreters it is for', t => {
	t.true(sessionRules.every(({reason}) => reason !== ''));
	const variablesOf = (name: string) => sessionRulesFor(name).map(({variable}) => variable);
	t.deepEqual(variablesOf('python3.11'), ['PYTHONHOME', 'PYTHONPATH']);
	t.deepEqual(variablesOf('perl'), ['PERL5LIB', 'PERLLIB']);
	t.deepEqual(variablesOf('ruby3.1'), ['RUBYLIB', 'GEM_HOME', 'GEM_PATH']);
	t.deepEqual(variablesOf('R'), ['R_LIBS', 'R_LIBS_SITE', 'R_LIBS_USER']);
	t.deepEqual(variablesOf('wish8.6'), ['TCL_LIBRARY', 'TK_LIBRARY']);
	t.deepEqual(variablesOf('git'), []);
	// All marks of a directory that is to be looked at can be found there.
	t.true(sessionRules.every(({action, marks}) => action === 'stays' || marks.length > 0));
});
