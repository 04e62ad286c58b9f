/**
 * Commands that scripts of other languages than the shell's name literally: `subprocess.run(["x"])`,
 * `system("x …")`. What is put together at run time is not known; a trace shows that.
 */
import {findShellCommands} from './shell-commands.js';

interface Language {
	/** Base names of its interpreters. */
	readonly interpreter: RegExp;
	/** A call is given the program alone, or a line for the shell. */
	readonly calls: readonly RegExp[];
}

const quoted = (name: string): string => `(?<quote>["'])(?<${name}>[^"'\\n]+)\\k<quote>`;
const CALL = '\\b(?:run|call|check_call|check_output|Popen)\\(\\s*';

const languages: readonly Language[] = [
	{
		interpreter: /^(?:python|pypy)[\d.]*$/u,
		calls: [
			new RegExp(`${CALL}[[(]\\s*${quoted('program')}`, 'gu'),
			new RegExp(`${CALL}${quoted('line')}[^)]{0,500}\\bshell\\s*=\\s*True`, 'gu'),
			new RegExp(
				`\\b(?:os\\.(?:system|popen)|getoutput|getstatusoutput)\\(\\s*${quoted('line')}`,
				'gu',
			),
			new RegExp(`\\bos\\.(?:exec|spawn)[lv]pe?\\(\\s*${quoted('program')}`, 'gu'),
		],
	},
	{
		interpreter: /^perl[\d.]*$/u,
		calls: [
			new RegExp(`\\b(?:system|exec)\\b\\s*\\(?\\s*${quoted('line')}`, 'gu'),
			/`(?<line>[^`\n]+)`/gu,
			/\bqx\s*(?:\{(?<line>[^}\n]+)\}|\((?<other>[^)\n]+)\))/gu,
		],
	},
	{
		interpreter: /^(?:Rscript|R)$/u,
		calls: [new RegExp(`\\b(?:system2?|pipe)\\(\\s*${quoted('line')}`, 'gu')],
	},
];

/** Names and paths; nothing where the interpreter is none of such a language. */
export function findLiteralCommands(text: string, interpreter: string): Set<string> {
	const language = languages.find(candidate => candidate.interpreter.test(interpreter));
	const found = new Set<string>();
	if (language === undefined) {
		return found;
	}

	const code = text.replaceAll(/^\s*#.*$/gmu, '');
	for (const pattern of language.calls) {
		for (const {groups = {}} of code.matchAll(pattern)) {
			const {program, line, other} = groups;
			const names = program === undefined ? findShellCommands(line ?? other ?? '') : [program];
			for (const name of names) {
				found.add(name);
			}
		}
	}

	return found;
}
