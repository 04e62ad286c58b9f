/** Programs of many kinds, each packed by its path and put to its real work on foreign hosts. */
import {script, testOnHosts} from '../helpers/run/on-hosts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';

testOnHosts('perl loads POSIX, compiled modules and a module of another package', {
	pack: ['/usr/bin/perl', 'deb:liberror-perl'],
	run: {
		argv: [
			'bin/perl',
			'-e',
			`use strict; use POSIX (); use Storable qw(dclone); use Error qw(:try); use Encode;
			print POSIX::floor(3.7), " @{dclone([1, [2]])->[1]} ", length(decode("UTF-8", "\\xc3\\xa9"));
			try { throw Error::Simple("thrown") } catch Error::Simple with { print " ", shift->text, "\\n" };`,
		],
	},
	stdout: '3 2 1 thrown\n',
});

testOnHosts('bash keeps arguments apart and finds the programs of the host', {
	pack: ['/usr/bin/bash'],
	run: {
		argv: [
			'bin/bash',
			'-c',
			'words=("$@"); printf "<%s>" "\${#words[@]}" "$@"; "$BASH" -c "type -t ls; exit 5"; echo $?',
			'zero',
			'a b',
			'',
			'*',
			'line\nline',
		],
	},
	stdout: '<4><a b><><*><line\nline>file\n5\n',
});

testOnHosts('vim edits a file in ex mode, with its runtime files', {
	pack: ['/usr/bin/vim'],
	run: script(`echo 'int hello;' > ~/f.c
		bin/vim -e -s -u NONE -c 'filetype on' -c 'edit ~/f.c' -c 'exe "%s/hello/" . &filetype' -c wq
		cat ~/f.c`),
	stdout: 'int c;\n',
});

testOnHosts('gdb runs the Python built into it', {
	pack: ['/usr/bin/gdb'],
	run: {
		argv: [
			...['bin/gdb', '-nx', '-batch', '-ex', 'python import decimal, gdb'],
			...['-ex', 'python print(gdb.parse_and_eval("6*7"), decimal.Decimal("1.50"))'],
		],
	},
	stdout: '42 1.50\n',
});

testOnHosts('curl reads a file:// address', {
	pack: ['/usr/bin/curl'],
	run: {
		argv: ['bin/curl', '-sS', 'file:///opt/hello%20there'],
		files: {'/opt/hello there': 'hello\n'},
	},
	stdout: 'hello\n',
});

testOnHosts('curl’s own failure keeps its status and its words', {
	pack: ['/usr/bin/curl'],
	run: {argv: ['bin/curl', '-sS', 'file:///nowhere']},
	stdout: '',
	stderr: /^curl: \(37\) /,
	status: 37,
});

testOnHosts('sqlite3 computes', {
	pack: ['/usr/bin/sqlite3'],
	run: {
		argv: [
			'bin/sqlite3',
			':memory:',
			'create table t(x); insert into t values(42); select * from t',
		],
	},
	stdout: '42\n',
});

testOnHosts('node runs a program', {
	pack: [process.execPath],
	run: {argv: ['bin/node', '-p', 'require("crypto").createHash("md5").update("").digest("hex")']},
	stdout: 'd41d8cd98f00b204e9800998ecf8427e\n',
});

testOnHosts('gcc compiles, links and the result runs', {
	// It would say that it links with the host's C library.
	pack: ['/usr/bin/gcc', '--quiet'],
	hosts: ['bullseye'],
	run: script(`cat > ~/h.c <<'END'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) { printf("%.3f\\n", sqrt(atof(argv[1]))); return 7; }
END
		bin/gcc -O2 -Wall -o ~/h ~/h.c -lm && ~/h 2; echo $?`),
	stdout: '1.414\n7\n',
});

testOnHosts('ImageMagick’s convert turns PNG into JPEG through its modules', {
	pack: ['/usr/bin/convert'],
	run: script(
		`bin/convert -size 8x6 xc:red ~/a.png && bin/convert ~/a.png ~/a.jpg && head -c 3 ~/a.jpg | od -An -tx1 &&
		bin/convert ~/a.jpg -format '%m %w %h\\n' info:`,
	),
	stdout: ' ff d8 ff\nJPEG 8 6\n',
});

testOnHosts('tclsh is the name that was asked for, and finds its library and its modules', {
	pack: ['/usr/bin/tclsh'],
	run: script(
		`echo 'puts "$argv0 [info nameofexecutable]"; puts [clock format 0 -gmt 1]' | bin/tclsh`,
	),
	stdout: `bin/tclsh ${bundlePlace}/bin/tclsh\nThu Jan 01 00:00:00 GMT 1970\n`,
});

testOnHosts('a static program is carried as it is', {
	pack: ['/usr/bin/busybox'],
	run: {argv: ['bin/busybox', 'expr', '6', '*', '7']},
	stdout: '42\n',
});
