/** Which programs a shell script calls: found where a command stands, and nowhere else. */
import test from 'ava';
import {findShellCommands} from '../../lib/inputs/shell-commands.js';

const calls = (script: string): string[] => [...findShellCommands(script)].sort();

for (const [title, script, found] of [
	[
		'a command stands at the start and behind separators',
		'a x; b y && c || d | e & f\ng',
		'abcdefg',
	],
	[
		'a subshell, a group and reserved words hold commands',
		'(a); { b; }; if c; then d; elif e; then f; else g; fi',
		'abcdefg',
	],
	[
		'loops hold commands, their lists do not',
		'for x in p q; do a; done; while b; do c; done; until d\ndo e; done',
		'abcde',
	],
	[
		'of case the clauses are commands, subject and patterns are not',
		'case $x in p|q) a;; (r) b\n;; *) c; d;; esac; e',
		'abcde',
	],
	[
		'the last clause of a case needs no end',
		'case p in\nq) case r in s) a;; esac ;;\nt) b\nesac\nc',
		'abc',
	],
	[
		'substitutions are scripts, in quotes too',
		'p=$(a $(b)); q="x $(c "y" | d)"; `e \\`f\\``; g',
		'abcdefg',
	],
	[
		'nothing stands behind an exec that always happens',
		`a\n'''exec' b "$0" "$@"\n' '''\nx y\n`,
		'ab',
	],
	[
		'an exec that may not happen is one command of several',
		'a || exec b; if c; then exec d; fi; { exec e; }; (exec f); exec >x; g && exec h\ni',
		'abcdefghi',
	],
	['assignments come before a command', 'P=1 Q="a b" a; R=(x y); S+=z b', 'ab'],
	['where a redirection leads is no command', '>x a 2>y <z; b >&2 <<<w; <v c', 'abc'],
	['the body of a here-document is text', 'a <<E\nx\n$(y)\nE\nb <<-"F" | c\n\tz\n\tF\nd', 'abcd'],
	['comments and continued lines', 'a # b\n#c\nd \\\n e x#y', 'ad'],
	['quotes hide a reserved word and not a command', '"a" x; \\b y; \'if\' z', 'abif'],
	['what an expansion decides is not known', '$a b; ${c:-d} e; f$g h; i* j; ./k l; a/b', ''],
	[
		'conditions and arithmetic hold none',
		'[[ a && b < c ]] && d; (( e = f )); [ g ]; test h; x=$((i+j)); k',
		'dk',
	],
	[
		'functions are the script’s own, whenever they are defined',
		'a; a() { b; }; function c { d; }; c',
		'bd',
	],
	[
		'commands that start others',
		'command -p b; env P=1 c; nice -n 5 d; e | xargs -n 1 f; exec a x',
		'abcdeenvfnicexargs',
	],
	['what a program is to be called is no command', 'exec -a "$0" a x', 'a'],
	['asking for a command is not calling it', 'command -v a; type b; hash c; which d', 'which'],
	[
		'who asks for the path of a command wants to call it',
		'A=`which a 2>/dev/null`; B=$(command -v b); "$(type -p c)" x; [ -n "$(hash d)" ]',
		'abcwhich',
	],
	['absolute paths are called, others are not told', '/bin/a x; /usr/bin/b', '/bin/a/usr/bin/b'],
	['builtins are no programs', 'cd x; echo a; set -e; . ./b; eval "c"; trap d EXIT; printf e', ''],
	['what has no end ends there', "a; 'b; c", 'a'],
	['a substitution without end', 'a $(b; c', 'ab'],
] as const) {
	test(title, t => {
		t.is(calls(script).join(''), found);
	});
}

test('nothing is read for ever, nor too deep', t => {
	t.deepEqual(calls(`${'$('.repeat(5000)}a`), []);
	t.deepEqual(calls('\u0000\f(<>)'), []);
	t.deepEqual(calls(`a ${'`'.repeat(3001)}`), ['a']);
});
