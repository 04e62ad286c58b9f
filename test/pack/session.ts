/** What the packing user's session names, packed programs would read here, and stays behind. */
import {execFileSync} from 'node:child_process';
import test, {type ExecutionContext} from 'ava';
import sessionVariables from '../../lib/walk/data/session-variables.json' with {type: 'json'};
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

/** A program that a variable's row names, one that links to such a library, and one that is neither. */
async function makeWorld(t: ExecutionContext): Promise<World | undefined> {
	return need(t, 'gcc')
		? buildObjects(t, {
				'env/bin/R': {libc: true, source: 'int main(void) { return 0; }'},
				'env/modules/data': {text: 'x'},
				mapper: {needs: ['libproj.so.25'], runpath: '$ORIGIN'},
				'libproj.so.25': {},
				other: {},
				'site/module': {text: 'x'},
				'grids/one': {text: 'x'},
			})
		: undefined;
}

async function said(
	world: World,
	argv: readonly string[],
	session: Record<string, string> = {},
): Promise<string> {
	const answer = await runDynpk(['pack', ...argv], {
		cwd: world.directory,
		env: {PATH: '/usr/bin:/bin', ...session},
	});
	return `${answer.status ?? ''} ${answer.stderr.replaceAll(world.directory, '$W')}`;
}

test('directories that a reader in the bundle would look into are told in one line, with the option', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const session = {
		R_LIBS: `/nowhere:${world.path('site')}`,
		PROJ_DATA: world.path('grids'),
		VIRTUAL_ENV: world.path('env'),
		PERL5LIB: world.path('site'),
		LUA_PATH: `${world.path('site')}/?.lua;;`,
	};
	const targets = ['./env/bin/R', './mapper', '--name', 'same'];
	t.is(
		await said(world, [...targets, '-o', 'a.tar'], session),
		'0 dynpk: what this session names stays behind: R_LIBS ($W/site, for R), PROJ_DATA ($W/grids, for libproj.so.25), VIRTUAL_ENV ($W/env, for R); --with $W/site --with $W/grids --with $W/env takes it along\n',
	);
	t.is(await said(world, [...targets, '-o', 'b.tar']), '0 ');
	execFileSync('cmp', ['a.tar', 'b.tar'], {cwd: world.directory});
	const taken = ['--with', 'site', '--with', 'grids', '--with', 'env', '--dry-run'];
	t.is(await said(world, [...targets, ...taken], session), '0 ');
	t.is(await said(world, ['./other', '--dry-run'], session), '0 ');
	t.is(await said(world, [...targets, '--quiet', '--dry-run'], session), '0 ');
});

test('each variable has its readers and its reason', t => {
	const names = sessionVariables.map(({variable}) => variable);
	t.is(new Set(names).size, names.length);
	for (const row of sessionVariables) {
		const hasReader = row.programs.length + row.libraries.length > 0 || 'around' in row;
		t.true(hasReader && row.reason !== '' && row.separator.length === 1, row.variable);
	}
});
