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
	/** Lines of it are no code. */
	readonly comment: RegExp;
}

const quoted = (name: string): string => `(?<quote>["'])(?<${name}>[^"'\\n]+)\\k<quote>`;
const CALL = '\\b(?:run|call|check_call|check_output|Popen)\\(\\s*';
/** Regular expressions have a method of this name, too. */
const EXEC = 'exec';
const backticks = /`(?<line>[^`\n]+)`/gu;
const hash = /^\s*#.*$/gmu;

const languages: readonly Language[] = [
	{
		interpreter: /^(?:python|pypy)[\d.]*$/u,
		calls: [
			new RegExp(`${CALL}[[(]\\s*${quoted('program')}`, 'gu'),
			new RegExp(`${CALL}${quoted('line')}[^)]{0,500}\\bshell\\s*=\\s*True`, 'gu'),
			new RegExp(
				`\\b(?:os\\.(?:system|popen)|getoutput|getstatusoutput|create_subprocess_shell)\\(\\s*${quoted('line')}`,
				'gu',
			),
			new RegExp(
				`\\b(?:os\\.(?:exec|spawn)[lv]pe?|create_subprocess_exec|shutil\\.which)\\(\\s*${quoted('program')}`,
				'gu',
			),
		],
		comment: hash,
	},
	{
		interpreter: /^perl[\d.]*$/u,
		calls: [
			new RegExp(`\\b(?:system|exec)\\b\\s*\\(?\\s*${quoted('line')}`, 'gu'),
			backticks,
			/\bqx\s*(?:\{(?<line>[^}\n]+)\}|\((?<other>[^)\n]+)\))/gu,
			// open my $out, '-|', 'program', …; open(OUT, "program … |"); open(IN, "| program …")
			new RegExp(`\\bopen\\b[^;]{0,80},\\s*["'](?:-\\||\\|-)["']\\s*,\\s*${quoted('line')}`, 'gu'),
			/\bopen\b[^;"']{0,80},\s*"(?:\s*\|(?<line>[^"|\n]+)|(?<other>[^"|\n]+)\|\s*)"/gu,
			new RegExp(`\\bopen[23]\\b[^;"']{0,200}${quoted('line')}`, 'gu'),
		],
		comment: hash,
	},
	{
		interpreter: /^j?ruby[\d.]*$/u,
		calls: [
			new RegExp(
				`\\b(?:system|exec|spawn|IO\\.popen|Open3\\.(?:capture|popen)\\w+)[ (]\\s*\\[?${quoted('line')}`,
				'gu',
			),
			backticks,
			/%x(?:\{(?<line>[^}\n]+)\}|\((?<other>[^)\n]+)\))/gu,
		],
		comment: hash,
	},
	{
		interpreter: /^(?:node|nodejs|bun)$/u,
		calls: [
			new RegExp(`\\b(?:spawn|execFile)(?:Sync)?\\(\\s*${quoted('program')}`, 'gu'),
			new RegExp(
				`(?:(?<![\\w.$])|\\b(?:child_process|cp)\\.)${EXEC}(?:Sync)?\\(\\s*${quoted('line')}`,
				'gu',
			),
		],
		comment: /^\s*\/\/.*$/gmu,
	},
	{
		interpreter: /^(?:Rscript|R)$/u,
		calls: [
			new RegExp(`\\b(?:system2?|pipe)\\(\\s*${quoted('line')}`, 'gu'),
			new RegExp(`\\b(?:Sys\\.which|processx::run)\\(\\s*${quoted('program')}`, 'gu'),
		],
		comment: hash,
	},
	{
		interpreter: /^lua(?:jit)?[\d.]*$/u,
		calls: [new RegExp(`\\b(?:os\\.execute|io\\.popen)\\s*\\(?\\s*${quoted('line')}`, 'gu')],
		comment: /^\s*--.*$/gmu,
	},
	{
		interpreter: /^(?:tclsh|wish|expect)[\d.]*$/u,
		calls: [/(?:^|[[;])\s*(?:exec|spawn)\s+(?:-\S+\s+)*(?<program>[\w./+-]+)/gmu],
		comment: hash,
	},
];

/** Names and paths; nothing where the interpreter is none of such a language. */
export function findLiteralCommands(text: string, interpreter: string): Set<string> {
	const language = languages.find(candidate => candidate.interpreter.test(interpreter));
	const found = new Set<string>();
	if (language === undefined) {
		return found;
	}

	const code = text.replaceAll(language.comment, '');
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
