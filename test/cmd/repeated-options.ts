import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

test('every target and every --exclude counts; of any other option the last one', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		one: {},
		two: {},
		'data/keep': {text: 'kept'},
		'data/drop.txt': {text: 'dropped'},
		'data/drop.log': {text: 'dropped'},
	});
	const options = ['--with', 'data', '--exclude', 'data/*.txt', '--exclude', 'data/*.log'];
	const answer = await runDynpk(
		['pack', './one', './two', ...options, '--name', 'a', '--name', 'b', '--dry-run', '--json'],
		{cwd: world.directory},
	);

	t.is(answer.stderr, '');
	const plan = JSON.parse(answer.stdout) as {
		readonly name: string;
		readonly programs: readonly {readonly name: string}[];
		readonly operations: readonly {readonly path: string}[];
	};
	t.is(plan.name, 'b');
	t.deepEqual(
		plan.programs.map(program => program.name),
		['one', 'two'],
	);
	const data = plan.operations.filter(({path}) => path.startsWith(`root${world.directory}/data/`));
	t.deepEqual(
		data.map(({path}) => path),
		[`root${world.directory}/data/keep`],
	);
});
