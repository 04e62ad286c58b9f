/**
 * Have a real shell complete a line with the script that dynpk prints for it, and return what it offers.
 *
 * bash and zsh complete in their line editors only, so they are given a terminal, and keys are typed. No
 * dynpk is in their PATH.
 */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {makeScratch} from '../worlds/scratch.js';
import {runCommand} from './command.js';
import {runDynpk} from './run-dynpk.js';

export type Shell = 'bash' | 'zsh' | 'fish';

export interface Line {
	readonly line: string;
	readonly cwd: string;
	/** Instead of the machine's. */
	readonly path?: string;
}

const scripts = new Map<Shell, Promise<string>>();

/** Asked for once a shell. */
async function scriptFor(shell: Shell): Promise<string> {
	const known = scripts.get(shell) ?? runDynpk(['completion', shell]).then(({stdout}) => stdout);
	scripts.set(shell, known);
	return known;
}

/** Each candidate once, in byte order. */
export async function completeInShell(
	t: ExecutionContext,
	shell: Shell,
	{line, cwd, path = '/usr/bin:/bin'}: Line,
): Promise<readonly string[]> {
	const scratch = makeScratch(t);
	const script = join(scratch, 'script');
	writeFileSync(script, await scriptFor(shell));
	const place = {script, output: join(scratch, 'output'), scratch, line, cwd, path};
	const text = await completers[shell](place);
	const candidates = text.split('\n').filter(word => word !== '');
	return [...new Set(candidates)].sort();
}

interface Place extends Required<Line> {
	readonly script: string;
	readonly output: string;
	readonly scratch: string;
}

const completers = {
	async fish({script, scratch, line, cwd, path}: Place) {
		const env = {PATH: path, HOME: scratch, LC_ALL: 'C.UTF-8'};
		const commands = `source ${script}; complete -C $argv[1]`;
		const {stdout} = await runCommand('/usr/bin/fish', ['--no-config', '-c', commands, line], {
			env,
			cwd,
		});
		return stdout.replace(/\t.*$/gmu, '').replace(/\/$/gmu, '');
	},

	/** Alt-* inserts all candidates; the line is then made one that prints its words. */
	async bash(place: Place) {
		const {output, line, script} = place;
		const shown = `printf '%s\\n' `;
		const typed = `source ${script}\n${line}\x1b*\x01> ${output} ${shown}\nexit\n`;
		await typeInto(place, 'bash --norc --noprofile -i', typed);
		const words = readFileSync(output, 'utf8').split('\n');
		return words.slice(line.split(' ').length - 1).join('\n');
	},

	/** Every candidate goes through compadd, which is asked which of its words fit. */
	async zsh(place: Place) {
		const {output, line, script} = place;
		const setUp = join(place.scratch, 'set-up');
		writeFileSync(
			setUp,
			`autoload -Uz compinit; compinit -u -D; source ${script}
			compadd() {
				if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
				local -a fitting
				builtin compadd -A fitting "$@"
				print -rl -- \${(Q)fitting} >> ${output}
				builtin compadd "$@"
			}
			complete-and-leave() { : > ${output}; zle complete-word; exit }
			zle -N complete-and-leave; bindkey '^T' complete-and-leave
			`,
		);
		await typeInto(place, 'zsh -f -i', `source ${setUp}\n${line}\x14`);
		return readFileSync(output, 'utf8');
	},
};

async function typeInto({scratch, cwd, path}: Place, shell: string, keys: string): Promise<void> {
	const typed = join(scratch, 'keys');
	writeFileSync(typed, keys);
	const env = {PATH: path, HOME: scratch, LC_ALL: 'C.UTF-8', TERM: 'dumb'};
	const command = `exec /usr/bin/script --quiet --command '/usr/bin/env ${shell}' /dev/null < ${typed}`;
	await runCommand('/bin/sh', ['-c', command], {env, cwd});
	rmSync(typed);
}
