/** Debuggers, editors, shells, version control, databases. */
import type {ScienceKind} from '../set.js';

export const debuggers: ScienceKind = {
	kind: 'Debuggers',
	sets: [
		{
			name: 'gdb',
			packages: ['gdb', 'gcc', 'libc6-dev'],
			build: `printf '%s\\n' 'static int twice(int n) { return 2 * n; }' 'int main(void) { return twice(3) - 6; }' > victim.c; gcc -g -O0 -o victim victim.c; rm victim.c`,
			pack: ['gdb', './victim'],
			run: `gdb -q -nx -batch -ex 'break twice' -ex run -ex bt -ex 'print n' -ex finish -ex 'python print(6*7)' -ex continue "$(command -v victim)"`,
			varies: [/0x[0-9a-f]+/gu, /process \d+/gu, /(?<=libthread_db library ")[^"]+/gu],
		},
		{
			name: 'valgrind',
			packages: ['valgrind', 'libc6-dbg', 'gcc'],
			build: `printf '%s\\n' '#include <stdlib.h>' 'int main(void) { char *p = malloc(3); return p[3] & 0; }' > victim.c; gcc -g -O0 -o victim victim.c`,
			pack: ['valgrind', './victim'],
			run: `valgrind -q --error-exitcode=9 victim; echo $?`,
			varies: [/==\d+==/gu, /0x[0-9A-F]+/gu],
		},
		{
			name: 'strace',
			packages: ['strace'],
			pack: ['strace'],
			run: 'strace -c -o /tmp/out /bin/true; strace -V | head -n 1; test -s /tmp/out && echo traced',
		},
	],
};

export const editors: ScienceKind = {
	kind: 'Editors',
	sets: [
		{
			name: 'vim',
			packages: ['vim', 'vim-runtime'],
			pack: ['vim'],
			inputs: {
				a: 'one\ntwo\n',
				'job.vim':
					'edit a\n%s/o/0/g\nset filetype=python\nsyntax on\nhelp motion\nredir > out\nsilent echo $VIMRUNTIME synIDattr(1, "name") has("python3")\nscriptnames\nredir END\nwqall!\n',
			},
			run: 'vim -n -Es -u NONE -S job.vim; cat a out; vim --version',
		},
		{
			name: 'emacs',
			packages: ['emacs-nox', 'emacs-el'],
			pack: ['emacs'],
			inputs: {
				'job.el':
					'(require (quote org)) (require (quote calc))\n(princ (format "%s %s %s\\n" emacs-version (calc-eval "2^100") (locate-library "org")))\n(with-temp-file "out.txt" (insert (shell-command-to-string "echo child")))\n(princ (documentation (quote car)))\n(princ (list (json-parse-string "[1]") data-directory))\n',
			},
			run: 'emacs --batch -Q -l job.el',
		},
		{
			name: 'neovim',
			packages: ['neovim'],
			pack: ['nvim'],
			inputs: {a: 'one\ntwo\n'},
			run: `nvim --headless -u NONE -i NONE +'%s/o/0/g' +'lua print(vim.version().minor, vim.fn.executable("sh"))' +'wq' a; cat a; nvim --version`,
		},
		{
			name: 'zile',
			packages: ['joe', 'zile', 'nano', 'mc'],
			pack: ['nano', 'zile', 'joe', 'mc'],
			run: 'nano --version; zile --version; joe --help 2>&1 | head -n 3; mc --version; mc --datadir-info',
		},
	],
};

export const shells: ScienceKind = {
	kind: 'Shells',
	sets: [
		{
			name: 'zsh',
			packages: ['zsh'],
			pack: ['zsh'],
			inputs: {
				'job.zsh':
					'zmodload zsh/mathfunc zsh/datetime zsh/pcre; autoload -Uz compinit zmv; compinit -D; print $(( sqrt(2) )) $ZSH_VERSION ${(U):-größe} ${#fpath}; print -l **/*(.); zmv -n "(*).zsh" \'$1.bak\'; print $_comps[git]\n',
			},
			run: 'zsh -f job.zsh',
		},
		{
			name: 'fish',
			packages: ['fish'],
			pack: ['fish'],
			inputs: {
				'job.fish':
					"echo $version; string upper größe; math '2^10'; functions -q fish_prompt; and echo functions; complete -C 'set -' | count; set -l x (seq 3); echo $x[2]; fish_config theme list 2>/dev/null | count\n",
			},
			run: 'fish job.fish',
		},
		{
			name: 'bash',
			packages: ['bash', 'ksh93u+m', 'mksh'],
			pack: ['bash', 'ksh93', 'mksh'],
			inputs: {
				job: 'x=größe; echo ${#x} ${x:0:3} $((6*7)); printf "%s\\n" a b | while read l; do echo $l; done\n',
			},
			run: "bash job && ksh93 job && mksh job; bash -c 'echo $BASH_VERSION; help cd; enable -f sleep sleep 2>&1 | head -n 1; shopt -s globstar; echo **'",
		},
	],
};

export const versionControl: ScienceKind = {
	kind: 'Version control',
	sets: [
		{
			name: 'git',
			packages: ['git', 'perl'],
			pack: ['git'],
			inputs: {a: 'one\n'},
			env: {
				...{
					GIT_AUTHOR_NAME: 'A',
					GIT_AUTHOR_EMAIL: 'a@example.org',
					GIT_AUTHOR_DATE: '1000000000 +0000',
				},
				...{
					GIT_COMMITTER_NAME: 'A',
					GIT_COMMITTER_EMAIL: 'a@example.org',
					GIT_COMMITTER_DATE: '1000000000 +0000',
				},
			},
			run: `mkdir /tmp/r && cp a /tmp/r && cd /tmp/r && git init -q && git add . && git commit -q -m one && echo two >> a && git commit -qam two && git log --oneline --stat &&
git clone -q . ../c && cd ../c && git rebase -q --exec 'echo step' HEAD~1 && git format-patch -1 --stdout && git submodule status && git stash list && git fsck && git gc -q && git --exec-path;
printf 'q\\n' | git add -i 2>&1 | head -n 3; git send-email --help >/dev/null 2>&1; git archive HEAD | wc -c; git bisect start HEAD HEAD~1; git filter-branch -f --msg-filter cat HEAD~1..HEAD 2>&1 | tail -n 1`,
			varies: [/\(\d+\/\d+\) \(\d+ seconds passed.*/gu],
		},
		{
			name: 'mercurial',
			packages: ['mercurial'],
			pack: ['hg'],
			inputs: {a: 'one\n'},
			run: `mkdir /tmp/r && cp a /tmp/r && cd /tmp/r && hg init && export HGUSER=a && hg add -q && hg commit -u a -d '0 0' -m one && hg log --debug && hg --config extensions.rebase= --config extensions.mq= help rebase | head -n 3 && hg serve --help | head -n 2 && hg clone -q . ../c && hg -R ../c verify && hg debuginstall | grep -v python`,
		},
		{
			name: 'subversion',
			packages: ['subversion'],
			pack: ['svn', 'svnadmin', 'svnlook'],
			inputs: {a: 'one\n'},
			run: `svnadmin create /tmp/repo && svn import -q -m one a file:///tmp/repo/a && svn checkout -q file:///tmp/repo /tmp/w && cat /tmp/w/a && echo two >> /tmp/w/a && svn diff /tmp/w && svn commit -q -m two /tmp/w && svnlook youngest /tmp/repo && svn --version -q && svnadmin verify -q /tmp/repo`,
		},
	],
};

export const databases: ScienceKind = {
	kind: 'Databases',
	sets: [
		{
			name: 'sqlite',
			packages: ['sqlite3'],
			pack: ['sqlite3'],
			run: `sqlite3 out.db "create virtual table t using fts5(a); insert into t values ('größe'), ('zwei'); select * from t where t match 'zwei'; select sqlite_version(), json('[1]'), sqrt(2);" && sqlite3 out.db .dump`,
		},
		{
			name: 'postgresql',
			packages: ['postgresql-15'],
			pack: [
				'/usr/lib/postgresql/15/bin/initdb',
				'/usr/lib/postgresql/15/bin/postgres',
				'/usr/lib/postgresql/15/bin/pg_ctl',
				'psql',
			],
			run: `PATH="$PATH:/usr/lib/postgresql/15/bin"; initdb -D /tmp/d --no-sync -A trust > /tmp/log 2>&1 || cat /tmp/log; pg_ctl -D /tmp/d -w -s -l /tmp/log -o "-k /tmp -h ''" start || cat /tmp/log; psql -h /tmp -d postgres -At -c "create extension pgcrypto; create table t (a int); insert into t select generate_series(1, 100)" -c "select sum(a), digest('x', 'sha256') from t" -c "select name from pg_available_extensions order by 1" -c "set time zone 'Europe/Zurich'; select timestamptz '2020-06-01 12:00+00'"; pg_ctl -D /tmp/d -s stop`,
		},
		{
			name: 'mariadb',
			packages: ['mariadb-server'],
			pack: ['/usr/sbin/mariadbd', 'mariadb-install-db', 'mariadb'],
			run: `PATH="$PATH:/usr/sbin"; mariadb --version; mariadb --print-defaults; mariadbd --version; mariadbd --verbose --help 2> /dev/null | wc -l`,
		},
		{
			name: 'redis',
			packages: ['redis-server', 'redis-tools'],
			pack: ['redis-server', 'redis-cli'],
			run: `redis-server --port 0 --unixsocket /tmp/s --daemonize yes --logfile /tmp/log > /dev/null; for i in 1 2 3 4 5 6 7 8 9; do redis-cli -s /tmp/s ping > /dev/null 2>&1 && break; sleep 1; done; redis-cli -s /tmp/s set a 1; redis-cli -s /tmp/s eval 'return cjson.encode({redis.call("get", "a")})' 0; redis-cli -s /tmp/s shutdown nosave; redis-cli --version`,
		},
	],
};
