/**
 * dynpk where there is no Node.js: one file, packed by dynpk, packs programs of foreign hosts there, and what
 * it made runs where it was made and where there is nothing else.
 */
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runCommand} from '../helpers/run/command.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {patience} from '../hosts/lib/patience.js';
import type {Host} from '../hosts/lib/host-with.js';
import {runOnHost, type HostAnswer} from '../hosts/lib/run-on-host.js';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-portable-')));
/** The file lies in the one, what it makes in the other. */
const [place, carried] = [join(directory, 'place'), join(directory, 'carried')];
const carriedThere = '/home/user/carried';
let made: Promise<void> | undefined;

test.after.always('remove the file', () => rmSync(directory, {recursive: true, force: true}));

async function makePortable(t: ExecutionContext): Promise<boolean> {
	if (!need(t, 'gcc', 'npm', 'strip')) return false;
	t.timeout(4 * patience, 'packing');
	made ??= (async () => {
		[directory, place, carried].forEach(path => mkdirSync(path, {recursive: true}));
		const script = join(import.meta.dirname, '../../../assemble/portable.sh');
		const {status, stderr} = await runCommand('bash', [script, join(place, 'dynpk.run')]);
		if (status !== 0) throw new Error(stderr);
		renameSync(join(place, 'dynpk.run'), join(place, 'dynpk'));
		[directory, place, join(place, 'dynpk')].forEach(path => chmodSync(path, 0o755));
		chmodSync(carried, 0o777);
	})();
	await made;
	return true;
}

/** As an ordinary user, with a home of its own each time. */
function dynpkOn(host: Pick<Host, 'root'>, argv: readonly string[]): Promise<HostAnswer> {
	const binds = [{from: carried, to: carriedThere, readOnly: false}];
	return runOnHost(host, {bundle: place, binds, argv});
}

test.serial('the portable dynpk is one file of at most 35 MB, and tells its version', async t => {
	if (!(await makePortable(t))) return;
	t.true(statSync(join(place, 'dynpk')).size <= 35_000_000);
	const {stdout} = await runCommand(join(place, 'dynpk'), ['--version'], {
		env: {...process.env, DYNPK_CACHE: join(directory, 'cache')},
	});
	t.regex(stdout, /^\d+\.\d+\.\d+\n$/u);
});

const packed = [
	{host: 'el7', program: 'gawk', says: /^GNU Awk 4\.0\.2/u},
	{host: 'bullseye', program: 'find', says: /^find \(GNU findutils\) 4\.8/u},
] as const;

for (const {host: name, program, says} of packed) {
	test.serial(
		`the portable dynpk packs the ${name} host's ${program} there, for the empty one`,
		async t => {
			const [host, empty] = [await needHost(t, name), await needHost(t, 'empty')];
			if (host === undefined || empty === undefined || !(await makePortable(t))) return;
			const archive = `${carriedThere}/${name}.tar.gz`;
			const there = await dynpkOn(host, [
				...['/bin/sh', '-ec'],
				`./dynpk pack ${program} -o ${archive}
			./dynpk verify ${archive}
			./dynpk inspect ${archive}
			./dynpk trace -q -o ~/trace ${program} --version >~/said
			./dynpk pack ${program} --trace ~/trace -q -o ~/traced.run >~/where
			./dynpk run ${archive} ${program} --version | cmp - ~/said
			~/traced.run --version | cmp - ~/said`,
			]);
			t.deepEqual([there.status, there.signal], [0, undefined], JSON.stringify(there));
			const verified = new RegExp(`^${archive}: nothing found$`, 'mu');
			const offers = new RegExp(`^programs: ${program}`, 'mu');
			[verified, offers].forEach(line => t.regex(there.stdout, line));

			const here = (...words: readonly string[]): Promise<HostAnswer> =>
				dynpkOn(empty, ['./dynpk', ...words]);
			t.regex((await here('verify', archive)).stdout, verified);
			t.regex((await here('inspect', archive)).stdout, offers);
			const run = await here('run', archive, program, '--version');
			t.deepEqual([run.status, run.stderr], [0, '']);
			t.regex(run.stdout, says);
		},
	);
}
