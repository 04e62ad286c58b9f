/** `dynpk completion`: a script that makes a shell complete dynpk's words. */
import {basename} from 'node:path';
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

interface CompletionArguments {
	readonly shell: Shell | undefined;
}

function build(argv: Argv): Argv<CompletionArguments> {
	return argv
		.positional('shell', {
			describe: 'the shell it is for [that of $SHELL, or else bash]',
			choices: shells,
		})
		.example('source <(dynpk completion bash)', 'a line for ~/.bashrc')
		.example('$0 completion zsh > ~/.zsh/_dynpk', 'in a directory of $fpath')
		.example('$0 completion fish > ~/.config/fish/completions/dynpk.fish', 'fish looks there');
}

async function handle({shell}: ArgumentsCamelCase<CompletionArguments>): Promise<void> {
	const {completionScript} = await import('./completion/completion-script.js');
	process.stdout.write(completionScript(shell ?? ownShell(process.env.SHELL), completionCommand));
}

function ownShell(path = ''): Shell {
	return shells.find(shell => shell === basename(path)) ?? 'bash';
}

export const completionCommand: CommandModule<object, CompletionArguments> = {
	command: 'completion [shell]',
	describe: 'Print a completion script for bash, zsh or fish',
	builder: build,
	handler: handle,
};
