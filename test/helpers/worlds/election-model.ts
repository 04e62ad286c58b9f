/** The model of the election of `.run` files' starts, as a program. */
import {join} from 'node:path';
import {projectRoot} from './audit-world.js';
import {wrappers} from './hosted-c.js';
import {compiledBy} from './made-file.js';

const model = join(projectRoot, 'test/native/programs/election');

/** Of so many starts: the runner's own units, upon the model's files (`model KILLS SIGNALS SILENCES DAMAGES`). */
export async function compileElection(runners: number): Promise<string> {
	return compiledBy('gcc', [
		...['-std=c11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-fno-builtin'],
		// What differs in how long it sleeps is one state.
		...[`-DRUNNERS=${runners}`, '-DDYNPK_FIRST_PAUSE=250', `-I${model}`, `-I${wrappers}`],
		...['model.c', 'files.c', 'stand-ins.c'].map(name => join(model, name)),
		...['elect.c', 'lock.c', 'publish.c', 'entry.c', 'remove-tree.c'].map(name =>
			join(wrappers, 'run', name),
		),
		join(wrappers, 'base/text.c'),
	]);
}
