/** What each program is put to; its script starts in an empty home, with programs found by PATH. */

export interface Trial {
	/** Arguments of `dynpk pack`. */
	readonly pack: readonly string[];
	readonly script: string;
	readonly env?: Readonly<Record<string, string>>;
}

const committer = {
	GIT_AUTHOR_NAME: 'a',
	GIT_AUTHOR_EMAIL: 'a@b',
	GIT_COMMITTER_NAME: 'a',
	GIT_COMMITTER_EMAIL: 'a@b',
	GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
	GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

export const trials: Readonly<Record<string, Trial>> = {
	'git with hooks, templates, helpers and a pager': {
		pack: ['/usr/bin/git'],
		env: committer,
		script: `
git -c init.defaultBranch=main init --quiet one && cd one && ls .git/hooks
printf '#!/bin/sh\\necho hook "$GIT_INDEX_FILE"\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
echo 1 > file && git add file && git commit -q -m first 2>&1
git clone -q . ../two && cd ../two && git log --format='%H %s'
git -c core.pager='sed s/^/paged:/' --paginate log --format=%s
git --exec-path && git submodule status && git stash list && git help -a | head -20`,
	},
	'file by its database': {
		pack: ['/usr/bin/file'],
		script: String.raw`
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\002\010\002\0\0\0' > picture
printf '\037\213\010\0' > packed; echo '#!/usr/bin/perl' > script; echo '%PDF-1.4' > document
file * && file --mime-type * && file --version`,
	},
	groff: {
		pack: ['/usr/bin/groff'],
		script: String.raw`
printf '.TH ONE 1 2026-01-01 dynpk\n.SH NAME\none \\- \\fBtwo\\fR\n.TS\nl l.\na\tb\n.TE\n' > one.1
groff -t -man -Tascii one.1 && groff -man -Tps one.1 | grep -c show`,
	},
	'perl scripts by their first line': {
		pack: ['/usr/bin/perl', '/usr/bin/bash'],
		script: `
cat > script <<'END'
#!/usr/bin/perl -w
use POSIX; use Encode; use Time::Local; use Storable;
print "@INC\\n", join(",", @ARGV), "\\n", qx{/usr/bin/perl -le "print 6*7"};
END
chmod +x script && bash -c './script a "b c"'`,
	},
	'gcc with cc1 and headers': {
		pack: ['/usr/bin/gcc', 'deb:libc6-dev', 'deb:linux-libc-dev'],
		script: String.raw`
printf '#include <stdio.h>\n#include <limits.h>\nint main(void) { return printf("%%d\\n", CHAR_BIT) < 0; }\n' > t.c
gcc -O2 -Wall -S -o - t.c && gcc -c t.c && gcc -static -o t t.o && ./t
gcc -std=c11 -pedantic-errors -fsyntax-only -include no-such-file.h t.c 2>&1 || gcc -dumpversion`,
	},
	R: {
		pack: ['/usr/bin/R', '/usr/bin/Rscript'],
		script: `
Rscript -e 'print(summary(lm(dist ~ speed, cars)))' -e 'm <- matrix(c(2, 1, 1, 3), 2); print(solve(m)); print(svd(m)$d)'
R --vanilla -q -e 'R.home(); pdf("p.pdf"); plot(1:3); invisible(dev.off()); file.size("p.pdf") > 3000; capabilities("cairo")' -e 'packageVersion("stats")'`,
	},
	'vim with its runtime': {
		pack: ['/usr/bin/vim'],
		script: `
printf 'int x;\\n' > x.c
vim -e -s -u NONE -c 'syntax on' -c 'set ft=c' -c 'redir! > out' -c 'echo $VIMRUNTIME b:current_syntax &tags' -c 'help word-motions' \\
	-c 'echo expand("%:t") &filetype globpath(&rtp, "syntax/perl.vim")' -c 'redir END' -c qa!
cat out`,
	},
	'python with tzdata and environments': {
		pack: ['/usr/bin/python3', 'deb:python3-venv', 'deb:tzdata'],
		script: `
python3 -c 'import datetime, zoneinfo; print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), len(zoneinfo.available_timezones()) > 500)'
python3 -c 'import ssl, sqlite3, curses, lzma, readline, decimal; print(ssl.OPENSSL_VERSION, sqlite3.sqlite_version)'
python3 -m venv --without-pip v && v/bin/python -c 'import sys, os; print(os.path.relpath(sys.prefix), sys.base_prefix == sys.prefix)'
python3 -m venv w && w/bin/pip --version | cut -d ' ' -f 1,2 && w/bin/python -c 'import pip; print(pip.__version__)'`,
	},
	'gdb with its Python data': {
		pack: ['/usr/bin/gdb'],
		script: `
gdb -batch -nx -ex 'python import gdb.printing, gdb.types; print(gdb.VERSION, gdb.lookup_static_symbol("x"))' -ex 'show convenience' -ex 'info pretty-printer'`,
	},
	'ghostscript with fonts': {
		pack: ['/usr/bin/gs'],
		script: `
printf '%%!\\n/Times-Roman findfont 40 scalefont setfont 20 20 moveto (Hamburgefonts) show showpage\\n' > t.ps
gs -q -dBATCH -dNOPAUSE -dSAFER -sDEVICE=pbmraw -r72 -g400x100 -sOutputFile=t.pbm t.ps && wc -c < t.pbm && md5sum t.pbm
gs -q -dBATCH -dNOPAUSE -sDEVICE=txtwrite -sOutputFile=- t.ps && gs --version`,
	},
	'openssl, both ends': {
		pack: ['/usr/bin/openssl'],
		script: `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -out c -subj /CN=here -days 2 2> log || cat log
openssl verify -CAfile c c; openssl list -providers | sed 3q
: > said; openssl s_server -unix s -key k -cert c -www > said & server=$!
until grep -q ACCEPT said; do :; done
echo | openssl s_client -unix s -CAfile c -verify_return_error -brief 2>&1 | grep -e Verification -e Protocol
kill $server`,
	},
	'a login shell': {
		pack: ['/usr/bin/bash', 'deb:coreutils', '/usr/bin/grep', '/usr/bin/sed'],
		script: `
HOME=$PWD; export HOME
echo 'export FROM_PROFILE=yes; PS1="> "' > .bash_profile
bash -l -c 'shopt -q login_shell && echo login $FROM_PROFILE; type -t ls; ls --version | sed 1q; echo $((1 << 40)); printf "%s\\n" {a..c}{1,2} | sort -r | grep -n b; [[ abc =~ b(.) ]] && echo \${BASH_REMATCH[1]}; cd /usr/share && pwd; [[ ~ == "$HOME" ]] && echo home; time -p true' 2> times
wc -l < times`,
	},
};
