/** What `dynpk pack` would carry once every option that it names has been given: as a user follows its notices. */
import type {BundlePlan} from '../../../lib/plan/bundle-plan.js';
import type {Sysroot} from '../../../lib/sysroot/sysroot.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {carriedBy, type Carried} from './plan-of.js';
import {toldOptions} from './told-options.js';

export interface Told {
	readonly carried: Carried;
	/** In the order in which they were named. */
	readonly options: readonly string[];
}

/** What is taken may name more. */
const ROUNDS = 6;

/** @throws {Error} what `pack` says where it packs nothing. */
export async function packAsTold(
	targets: readonly string[],
	{cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string>>},
	sysroot: Sysroot,
): Promise<Told> {
	let options: readonly string[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const argv = ['pack', ...targets, ...options, '--dry-run', '--json'];
		const {status, stdout, stderr} = await runDynpk(argv, {cwd, env});
		const given = options.join('\0');
		const more = toldOptions(stderr).filter(words => !given.includes(words.join('\0')));
		if (more.length > 0) {
			options = [...options, ...new Set(more.flatMap(words => words.join('\0')))].flatMap(words =>
				words.split('\0'),
			);
		} else if (status === 0) {
			return {carried: carriedBy(JSON.parse(stdout) as BundlePlan, sysroot), options};
		} else {
			throw new Error(`dynpk pack ${[...targets, ...options].join(' ')}: ${stderr}`);
		}
	}

	throw new Error(`dynpk pack ${targets.join(' ')} names ever more options: ${options.join(' ')}`);
}
