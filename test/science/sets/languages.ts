/** Languages that scientists write in. */
import type {ScienceKind} from '../set.js';

export const languages: ScienceKind = {
	kind: 'Languages',
	sets: [
		{
			name: 'r',
			packages: ['r-base-core', 'r-cran-ggplot2', 'r-cran-data.table'],
			pack: ['R'],
			inputs: {
				'job.R': `x <- c(1, 2, 3, 4, 5); y <- c(2.1, 3.9, 6.2, 7.8, 10.1)
print(summary(lm(y ~ x)))
print(citation())
cat(format(as.POSIXct("2020-06-01 12:00", tz = "Europe/Zurich"), "%Z"), "\\n")
png("plot.png"); plot(x, y, main = "Größe"); invisible(dev.off())
svg("plot.svg"); hist(y); invisible(dev.off())
set.seed(1); print(rnorm(3)); print(solve(matrix(c(2, 1, 1, 3), 2)))
`,
			},
			run: 'R --no-save --quiet -f job.R && Rscript -e "cat(R.home(), R.version.string)" && R --slave -e "print(capabilities())"',
		},
		{
			name: 'r-cmd',
			packages: ['r-base-core', 'r-base-dev'],
			pack: ['R'],
			inputs: {
				'tiny/DESCRIPTION': `Package: tiny
Version: 1.0
Title: A Tiny Package
Description: Says hello.
Author: Nobody
Maintainer: Nobody <nobody@example.org>
License: GPL-3
`,
				'tiny/NAMESPACE': 'export(hello)\n',
				'tiny/R/hello.R': 'hello <- function() cat("hello from tiny\\n")\n',
				'tiny/man/hello.Rd':
					'\\name{hello}\\alias{hello}\\title{Hello}\\description{Says hello.}\\usage{hello()}\n',
				'batch.R': 'cat(sum(1:10), "\\n")\n',
			},
			run: `mkdir /tmp/lib && R CMD INSTALL --no-test-load -l /tmp/lib tiny 2>&1 &&
R_LIBS=/tmp/lib Rscript -e 'tiny::hello()' && R CMD config CC && R CMD BATCH --no-timing batch.R && cat batch.Rout && R --version`,
			varies: [/DONE \(.*/gu],
		},
		{
			name: 'octave',
			packages: ['octave', 'gnuplot-nox', 'fonts-freefont-otf'],
			pack: ['octave', 'gs'],
			inputs: {
				'job.m': `A = [4 1; 2 3]; [v, l] = eig(A)
x = linspace(0, 1, 5); p = polyfit(x, x.^2, 2)
s = sparse([1 2], [1 2], [3 4]) \\ [6; 8]
save -text out.txt A
disp(fft([1 2 3 4]))
graphics_toolkit("gnuplot"); f = figure("visible", "off"); plot(x, sin(x)); print -dsvg plot.svg
which sin
`,
			},
			run: 'octave --no-gui --quiet job.m',
			varies: [/^# Created by Octave.*/gmu],
		},
		{
			name: 'octave-signal',
			packages: ['octave-signal', 'octave-statistics'],
			pack: ['octave', 'deb:octave-signal', 'deb:octave-statistics'],
			run: `octave --no-gui --quiet --eval 'pkg load signal statistics; [b, a] = butter(3, 0.2), pkg list'`,
		},
		{
			name: 'scipy',
			packages: ['python3-scipy', 'python3-pandas', 'python3-sklearn'],
			pack: ['python3', 'deb:python3-scipy', 'deb:python3-pandas', 'deb:python3-sklearn'],
			inputs: {
				'job.py': `import multiprocessing
import numpy, scipy.linalg, scipy.optimize, pandas, sklearn.linear_model, subprocess, sys
def main():
    print(numpy.dot(numpy.ones((2, 2)), numpy.eye(2)), scipy.linalg.eigvals([[2, 1], [1, 3]]))
    print(scipy.optimize.brentq(lambda x: x * x - 2, 0, 2))
    frame = pandas.DataFrame({'a': [1, 2, 3], 'b': ['x', 'y', 'x']})
    print(frame.groupby('b').sum()); frame.to_csv('out.csv')
    print(sklearn.linear_model.LinearRegression().fit([[1], [2]], [2, 4]).coef_)
    print(subprocess.run([sys.executable, '-c', 'import numpy; print(numpy.__version__)'], capture_output=True, text=True).stdout)
    sys.stdout.flush()
    with multiprocessing.get_context('spawn').Pool(2) as pool: print(pool.map(abs, [-1, -2]))
if __name__ == '__main__': main()
`,
			},
			run: 'python3 job.py',
		},
		{
			name: 'ipython',
			packages: ['ipython3'],
			pack: ['ipython3'],
			inputs: {
				'job.ipy': 'import sys\nprint(sys.version)\nfiles = !echo here\nprint(files)\n%pwd\nlen?\n',
			},
			run: 'ipython3 --no-banner --colors=NoColor job.ipy',
		},
		{
			name: 'perl',
			packages: ['perl', 'libtext-csv-perl', 'libdbd-sqlite3-perl', 'libxml-libxml-perl'],
			pack: ['perl', 'deb:libtext-csv-perl', 'deb:libdbd-sqlite3-perl', 'deb:libxml-libxml-perl'],
			inputs: {
				'job.pl': `use strict; use utf8; use Text::CSV; use DBI; use XML::LibXML; use POSIX qw(floor); use Encode; use Storable;
binmode STDOUT, ':utf8';
my $db = DBI->connect('dbi:SQLite:dbname=out.db', '', '', {RaiseError => 1});
$db->do('create table t (a, b)'); $db->do('insert into t values (1, ?)', undef, 'zwölf');
print join('|', @{$db->selectall_arrayref('select * from t')->[0]}), "\\n";
print XML::LibXML->load_xml(string => '<a><b c="1"/></a>')->findvalue('//b/@c'), "\\n";
Text::CSV->new->print(*STDOUT, ['a', 'b c']); print "\\n", floor(2.7), "\\n"; $| = 1; system $^X, "-e", "print 6*7";
`,
			},
			run: 'perl job.pl; perldoc -T perl >/dev/null 2>&1; rm -f out.db',
		},
		{
			name: 'ruby',
			packages: ['ruby', 'rake'],
			pack: ['ruby', 'rake', 'irb', 'gem'],
			inputs: {
				'job.rb': `require 'json'; require 'matrix' rescue nil; require 'openssl'; require 'yaml'; require 'csv'; require 'rbconfig'
puts JSON.generate({a: [1, 2]}), OpenSSL::Digest::SHA256.hexdigest('x'), [1, {'b' => 2}].to_yaml
puts RbConfig.ruby, Gem.path.first(0).inspect, RUBY_VERSION
puts IO.popen([RbConfig.ruby, '-e', 'puts 6*7']).read
`,
				Rakefile: 'task(:default) { puts "raked" }\n',
			},
			run: 'ruby job.rb && rake && gem list --local && echo 1+1 | irb -f --noecho --prompt null',
		},
		{
			name: 'lua',
			packages: ['lua5.4', 'lua-lpeg', 'luajit'],
			pack: ['lua5.4', 'luajit', 'deb:lua-lpeg'],
			inputs: {
				'job.lua': `local lpeg = require 'lpeg'
print(lpeg.match(lpeg.C(lpeg.R('az')^1), 'abc1'), _VERSION, string.format('%.14g', math.pi))
io.popen('echo child'):read('a')
`,
			},
			run: 'lua5.4 job.lua && luajit -e \'print(jit.version, require("bit").bor(1, 6), require("ffi").abi("64bit"))\' && luajit -b -e \'print(1)\' out.raw && luajit -bl -e \'local x = 1\'',
			varies: [/0x[0-9a-f]+/gu, /[0-9a-f]{4}(?=    [A-Z])/gu],
		},
		{
			name: 'guile',
			packages: ['guile-3.0'],
			pack: ['guile'],
			inputs: {
				'job.scm': `(use-modules (ice-9 match) (srfi srfi-1) (ice-9 popen) (rnrs bytevectors) (ice-9 format))
(format #t "~a ~a ~a~%" (fold + 0 '(1 2 3)) (expt 2 100) (match '(1 2) ((a b) (* a b))))
(display (version)) (newline)
`,
			},
			run: 'guile --no-auto-compile job.scm',
		},
		{
			name: 'tcl',
			packages: ['tcl', 'expect'],
			pack: ['tclsh', 'expect'],
			inputs: {
				'job.tcl':
					'package require http; package require msgcat\nputs [info patchlevel]; puts [clock format 0 -gmt 1]; puts [encoding convertto utf-8 ö]; puts [info library]\n',
				'job.exp': 'spawn echo spoken\nexpect spoken {send_user "heard\\n"}\nexpect eof\n',
			},
			run: 'tclsh job.tcl && expect job.exp',
		},
		{
			name: 'node',
			packages: ['nodejs'],
			pack: ['/usr/bin/node'],
			inputs: {
				'job.js': `const {execFileSync} = require('child_process'); const crypto = require('crypto'); const {Worker} = require('worker_threads');
console.log(process.version, crypto.createHash('sha256').update('x').digest('hex'));
console.log(execFileSync(process.execPath, ['-p', '6*7'], {encoding: 'utf8'}), new Intl.DateTimeFormat('de', {timeZone: 'Europe/Zurich', dateStyle: 'full'}).format(0));
new Worker('require("worker_threads").parentPort.postMessage("worked")', {eval: true}).on('message', text => { console.log(text); serve(); });
const serve = () => require('http').createServer((_, answer) => answer.end('served')).listen(0, '127.0.0.1', function () {
	fetch('http://127.0.0.1:' + this.address().port).then(answer => answer.text()).then(text => { console.log(text); this.close(); });
});
`,
			},
			run: 'node job.js',
		},
		{
			name: 'php',
			packages: ['php-cli', 'php-gd', 'php-sqlite3', 'php-mbstring', 'php-xml'],
			pack: ['php'],
			inputs: {
				'job.php': `<?php echo implode(' ', get_loaded_extensions()), "\\n", mb_strtoupper('größe'), "\\n", php_ini_loaded_file(), "\\n";
$image = imagecreatetruecolor(20, 20); imagestring($image, 2, 1, 1, 'x', imagecolorallocate($image, 255, 0, 0)); imagepng($image, 'out.png');
$db = new PDO('sqlite::memory:'); echo $db->query('select 6*7')->fetchColumn(), "\\n";
`,
			},
			run: 'php job.php && php --ini && php -m',
		},
		{
			name: 'java',
			packages: ['openjdk-17-jre-headless'],
			pack: ['java'],
			inputs: {
				'Job.java':
					'class Job { public static void main(String[] a) { System.out.println("größe".toUpperCase() + Runtime.version() + System.getProperty("java.home")); } }\n',
			},
			run: 'java -version && java -XshowSettings:locale -version 2>&1 | head -n 3 && java --list-modules',
		},
		{
			name: 'ocaml',
			packages: ['ocaml-nox', 'ocaml-interp'],
			pack: ['ocaml'],
			inputs: {
				'job.ml':
					'#load "unix.cma";;\nlet () = Printf.printf "%s %d\\n" Sys.ocaml_version (Unix.getpid () * 0)\n',
			},
			run: 'ocaml job.ml',
		},
		{
			name: 'sbcl',
			packages: ['sbcl'],
			pack: ['sbcl'],
			inputs: {
				'job.lisp':
					'(require :sb-posix)\n(format t "~a ~a~%" (expt 2 100) (lisp-implementation-version))\n',
			},
			run: 'sbcl --script job.lisp && sbcl --noinform --non-interactive --load job.lisp --eval "(print *features*)"',
		},
		{
			name: 'prolog',
			packages: ['swi-prolog-nox', 'gprolog'],
			pack: ['swipl', 'gprolog'],
			inputs: {
				'job.pl':
					':- use_module(library(clpfd)).\n:- use_module(library(dcg/basics)).\nmain :- X in 1..9, X * X #= 49, label([X]), format("~w~n", [X]).\n',
			},
			run: 'swipl -q -g main -t halt job.pl && gprolog --consult-file /dev/null --query-goal "X is 6*7, write(X), nl, halt"',
			varies: [/compiled,.*|compiling .*/gu],
		},
	],
};
