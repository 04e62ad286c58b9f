/**
 * The simple commands of a shell script, with its loops over literal words written out.
 *
 * Nothing is run: `for prog in compare convert; do …` stands for its body once with each word, because
 * that is how packages name many alternatives at once. A loop over anything else keeps its variable,
 * and whoever reads the command sees that it is not literal.
 */

/** Loops in loops multiply; a script with more than this is not written out any further. */
const MAX_ROUNDS = 1000;
/** Of a whole script, beyond which its loops stand as they are written. */
const MAX_COMMANDS = 100_000;

type Round = ReadonlyMap<string, string>;

export function unrollShellLoops(script: string): readonly string[] {
	const commands: string[] = [];
	/** What the variables of the enclosing loops stand for, one list for each loop. */
	const open: (readonly Round[])[] = [[new Map()]];
	for (const part of script.replace(/\\\n/gu, ' ').split(/\n|;|&&|\|\|/u)) {
		const command = part.trim().replace(/^do\s+/u, '');
		const rounds = open.at(-1) ?? [];
		const loop = /^for\s+(\w+)\s+in\s+(.*)$/u.exec(command);
		if (loop !== null) {
			open.push(enter(rounds, loop[1] ?? '', (loop[2] ?? '').split(/\s+/u)));
		} else if (/^(?:for|while|until|select)\s/u.test(command)) {
			open.push(rounds);
		} else if (/^done\b/u.test(command)) {
			if (open.length > 1) {
				open.pop();
			}
		} else if (command !== '' && !command.startsWith('#')) {
			const [first = new Map<string, string>()] = rounds;
			const written = commands.length < MAX_COMMANDS ? rounds : [first];
			commands.push(...written.map(round => substitute(command, round)));
		}
	}

	return commands;
}

function enter(rounds: readonly Round[], variable: string, words: readonly string[]) {
	const literal = words.map(word => word.replace(/^(["'])(.*)\1$/u, '$2')).filter(Boolean);
	const isLiteral = literal.length > 0 && literal.every(word => /^[\w.+/-]+$/u.test(word));
	return isLiteral && rounds.length * literal.length <= MAX_ROUNDS
		? rounds.flatMap(round => literal.map(word => new Map([...round, [variable, word]])))
		: rounds;
}

function substitute(command: string, round: Round): string {
	return command.replace(
		/\$(?:\{(\w+)\}|(\w+))/gu,
		(text, braced: string | undefined, plain: string | undefined) =>
			round.get(braced ?? plain ?? '') ?? text,
	);
}
