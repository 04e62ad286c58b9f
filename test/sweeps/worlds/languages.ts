/** Languages in directories of their own, and what people install on them. */
import type {World} from './world.js';

const modules = `python3 -c 'import ssl, sqlite3, json, ctypes, curses, decimal, multiprocessing, unittest.mock, xml.dom.minidom, zoneinfo, mimetypes, encodings.idna, email.mime.text
print(ssl.OPENSSL_VERSION, sqlite3.sqlite_version, ctypes.CDLL(None), decimal.Decimal(2).sqrt(), "x".encode("cp1252"), zoneinfo.ZoneInfo("Europe/Zurich"))
multiprocessing.set_start_method("spawn"); q = multiprocessing.SimpleQueue(); p = multiprocessing.Process(target=print, args=(1,)); p.start(); p.join()
help("len")'
`;

export const languages: readonly World[] = [
	{
		name: 'python-of-pyenv',
		packages: [],
		from: '.pyenv/versions/3.12.',
		build: 'cp -a "$FROM" py\n',
		path: 'py/bin',
		env: {LD_LIBRARY_PATH: '<build>/py/lib'},
		pack: ['./py/bin/python3'],
		run: `${modules}echo '{"a": 1}' | python3 -m json.tool && python3 -m venv --without-pip v && v/bin/python3 -m timeit -n 1 pass
python3 -m zipapp --help >/dev/null && python3 -m pydoc json.tool >/dev/null && python3 -m compileall -q . && python3 -m ensurepip --version`,
	},
	{
		name: 'python2-of-pyenv',
		packages: [],
		from: '.pyenv/versions/2.7.',
		build: 'cp -a "$FROM" py\n',
		path: 'py/bin',
		env: {LD_LIBRARY_PATH: '<build>/py/lib'},
		pack: ['./py/bin/python2.7'],
		run: `python2.7 -c 'import ssl, sqlite3, json, ctypes, hashlib, urllib2, xml.dom.minidom, multiprocessing, unittest, lib2to3.pygram, encodings.idna
print ssl.OPENSSL_VERSION, sqlite3.sqlite_version, hashlib.sha256("x").hexdigest(), multiprocessing.cpu_count() > 0, u"x".encode("cp1252")' && python2.7 -m json.tool < /dev/null || python2.7 -m pip --version`,
	},
	{
		name: 'pip-in-venv',
		packages: ['python3-pygments', 'python3-yaml'],
		from: '.pyenv/versions/3.10.',
		// Debian's pure modules, as wheels would put them there.
		build: `cp -a "$FROM" py
py/bin/python3 -m venv v
mkdir -p tool/tool/data
echo 'title: of the tool' > tool/tool/data/page.yaml
echo > tool/tool/__init__.py
cat > tool/tool/cli.py <<'END'
import importlib.resources, sys, yaml, pygments.lexers, pygments.formatters
from importlib.metadata import entry_points, version
def main():
    print(yaml.safe_load(importlib.resources.read_text("tool.data", "page.yaml")), version("tool"), len(entry_points()) > 0)
    print(pygments.highlight("int main;", pygments.lexers.get_lexer_by_name("c"), pygments.formatters.get_formatter_by_name("html")))
END
echo > tool/tool/data/__init__.py
cat > tool/setup.py <<'END'
from setuptools import setup
setup(name="tool", version="1.2", packages=["tool", "tool.data"], package_data={"tool.data": ["*.yaml"]}, entry_points={"console_scripts": ["tool = tool.cli:main"]})
END
site=$(echo v/lib/python3.*/site-packages)
cp -a /usr/lib/python3/dist-packages/pygments "$site"
cp -a /usr/lib/python3/dist-packages/yaml "$site"
v/bin/python3 -m pip --quiet --disable-pip-version-check install --no-index --no-build-isolation --no-deps ./tool
`,
		path: 'v/bin',
		env: {LD_LIBRARY_PATH: '<build>/py/lib'},
		pack: ['./v/bin/tool'],
		run: 'tool',
	},
	{
		name: 'editable-outside',
		packages: [],
		from: '.pyenv/versions/3.9.',
		build: `cp -a "$FROM" py
py/bin/python3 -m venv v
mkdir -p src/edited/lists more
echo 'from edited.core import main' > src/edited/__init__.py
echo 'import os, extra
def main(): print(open(os.path.join(os.path.dirname(__file__), "lists/words")).read(), extra.name)' > src/edited/core.py
echo words > src/edited/lists/words
echo 'name = "extra"' > more/extra.py
echo 'from setuptools import setup
setup(name="edited", version="3", packages=["edited"], entry_points={"console_scripts": ["edited = edited:main"]})' > src/setup.py
(cd src && ../v/bin/python3 setup.py --quiet develop)
echo "$PWD/more" > "$(echo v/lib/python3.*/site-packages)/more.pth"
`,
		path: 'v/bin',
		env: {LD_LIBRARY_PATH: '<build>/py/lib'},
		pack: ['./v'],
		run: 'edited',
	},
	{
		name: 'zipapp',
		packages: ['python3', 'python3-yaml'],
		build: `mkdir app
echo 'import yaml, sqlite3, ssl
print(yaml.safe_load("a: 1"), sqlite3.sqlite_version, ssl.HAS_TLSv1_3)' > app/__main__.py
python3 -m zipapp app -o app.pyz -p '/usr/bin/env python3'
`,
		path: '.',
		pack: ['./app.pyz', 'deb:python3-yaml'],
		run: 'app.pyz',
	},
	{
		name: 'python-path',
		packages: ['python3'],
		build: `mkdir -p mods/inner bin
echo 'from inner import value' > mods/outer.py
echo 'value = 3' > mods/inner/__init__.py
echo '#!/usr/bin/env python3
import outer
print(outer.value)' > bin/tool
chmod +x bin/tool
`,
		path: 'bin',
		env: {PYTHONPATH: '<build>/mods'},
		pack: ['./bin/tool'],
		run: 'tool',
	},
	{
		name: 'tcl',
		packages: ['tcl8.6', 'tcllib', 'perl'],
		build: `mkdir -p p/bin p/lib
cp /usr/bin/tclsh8.6 p/bin/
cp -aL /usr/share/tcltk/tcl8.6 p/lib/tcl8.6
cp -aL /usr/share/tcltk/tcllib1.21 p/lib/
perl -0777 -pe 'my $new = "$ENV{PWD}/p/lib"; s{/usr/local/lib/tcltk (?:\\s*/[\\w./-]+\\s*)*(?=\\0)}{$new . " " x (length($&) - length $new)}ge' /usr/lib/x86_64-linux-gnu/libtcl8.6.so > p/lib/libtcl8.6.so
`,
		path: 'p/bin',
		env: {LD_LIBRARY_PATH: '<build>/p/lib', TCL_LIBRARY: '<build>/p/lib/tcl8.6'},
		pack: ['./p/bin/tclsh8.6'],
		run: `echo 'package require json; package require md5; package require struct::list; package require http; package require msgcat
puts [json::json2dict {{"a": 1}}]; puts [md5::md5 -hex x]; puts [clock format 0 -timezone :Europe/Paris]; puts [encoding convertto cp1252 x]; puts [struct::list reverse {1 2}]' > t.tcl && tclsh8.6 t.tcl`,
	},
	{
		name: 'erlang',
		packages: ['erlang-base'],
		build: `cp -aL /usr/lib/erlang erlang
sed -i "s|ROOTDIR=.*/usr/lib/erlang.*|ROOTDIR=$PWD/erlang|" erlang/bin/erl erlang/bin/start 2>/dev/null || true
`,
		path: 'erlang/bin',
		pack: ['./erlang/bin/erl', './erlang/bin/escript'],
		run: `erl -noshell -eval 'io:format("~p ~p~n", [lists:sum([1,2]), code:root_dir()]), application:start(sasl), halt().'
printf 'x\\nmain(_) -> io:format("~s~n", [unicode:characters_to_list("hi")]), rand:uniform(3).\\n' > e.erl && escript e.erl`,
	},
	{
		name: 'sbcl',
		packages: ['sbcl'],
		build: `mkdir -p p/bin p/lib
cp /usr/bin/sbcl p/bin/
cp -aL /usr/lib/sbcl p/lib/
`,
		path: 'p/bin',
		env: {SBCL_HOME: '<build>/p/lib/sbcl'},
		pack: ['./p/bin/sbcl'],
		run: `sbcl --non-interactive --eval '(require :sb-posix)' --eval '(require :asdf)' --eval '(require :sb-bsd-sockets)' --eval '(print (list (lisp-implementation-version) (sb-posix:getpid)))'`,
	},
	{
		name: 'ant',
		packages: ['ant', 'openjdk-17-jdk-headless'],
		build: 'cp -aL /usr/share/ant ant\n',
		path: 'ant/bin',
		pack: ['./ant/bin/ant'],
		inputs: {
			'build.xml':
				'<project default="all"><target name="all"><mkdir dir="c"/><javac srcdir="." destdir="c" includeantruntime="false"/><jar destfile="h.jar" basedir="c"/><zip destfile="h.zip" basedir="c"/><java classname="Hello" classpath="c"/><checksum file="h.zip"/></target></project>',
			'Hello.java':
				'public class Hello { public static void main(String[] a) { System.out.println("hello"); } }',
		},
		run: 'ant',
	},
	{
		name: 'luarocks-tree',
		packages: ['luarocks', 'lua5.1'],
		build: `mkdir -p src/bin src/tool tree
echo 'return {name = "tool", greet = require("tool.words")}' > src/tool.lua
echo 'return "words"' > src/tool/words.lua
printf '#!/usr/bin/env lua\\nlocal t = require("tool") print(t.name, t.greet)\\n' > src/bin/tool
cat > src/tool-1-1.rockspec <<'END'
package = "tool"
version = "1-1"
source = {url = "file://."}
build = {type = "builtin", modules = {tool = "tool.lua", ["tool.words"] = "tool/words.lua"}, install = {bin = {"bin/tool"}}}
END
(cd src && HOME="$PWD" luarocks --tree ../tree make tool-1-1.rockspec)
`,
		path: 'tree/bin',
		pack: ['./tree/bin/tool'],
		run: 'tool',
	},
	{
		name: 'perl-app',
		packages: ['perl', 'jq'],
		build: `mkdir -p app/bin app/lib/Report app/share/report
cat > app/bin/report <<'END'
#!/usr/bin/perl
use strict; use warnings; use FindBin; use lib "$FindBin::Bin/../lib";
use Report::Page; use JSON::PP; use Encode; use Text::Wrap; use Getopt::Long;
print Report::Page::render("$FindBin::Bin/../share/report/page.txt"), encode_json({a => 1}), "\\n";
open(my $pipe, '-|', 'jq', '-n', '1+1') or die; print <$pipe>;
system("sort", "-u", "$FindBin::Bin/../share/report/page.txt");
END
chmod +x app/bin/report
echo 'package Report::Page; use POSIX "strftime"; sub render { open my $f, "<", shift or die; local $/; return <$f> . strftime("%Y", gmtime 0) } 1;' > app/lib/Report/Page.pm
echo of the page > app/share/report/page.txt
`,
		path: 'app/bin',
		pack: ['./app/bin/report'],
		run: 'report',
	},
	{
		name: 'perl-local-lib',
		packages: ['perl'],
		build: `mkdir -p local/lib/perl5/Own local/bin
echo 'package Own::Words; our $word = "own"; 1;' > local/lib/perl5/Own/Words.pm
printf '#!/usr/bin/env perl\\nuse Own::Words; use List::Util "sum"; print $Own::Words::word, sum(1, 2), "\\\\n";\\n' > local/bin/words
chmod +x local/bin/words
`,
		path: 'local/bin',
		env: {PERL5LIB: '<build>/local/lib/perl5'},
		pack: ['./local/bin/words'],
		run: 'words',
	},
	{
		name: 'r-app',
		packages: ['r-base-core'],
		build: `mkdir -p app/bin app/share/report app/lib/R
cat > app/bin/report <<'END'
#!/usr/bin/env Rscript
words <- commandArgs(FALSE)
here <- dirname(sub("--file=", "", words[grep("--file=", words)]))
source(file.path(here, "..", "share", "report", "functions.R"))
data <- read.csv(file.path(here, "..", "share", "report", "data.csv"))
print(report(data)); library(stats4); library(tools); print(toTitleCase("a b"))
END
chmod +x app/bin/report
echo 'report <- function(data) summary(lm(y ~ x, data))' > app/share/report/functions.R
printf 'x,y\\n1,2\\n2,3.9\\n3,6.2\\n4,8\\n' > app/share/report/data.csv
`,
		path: 'app/bin',
		pack: ['./app/bin/report'],
		run: 'report',
	},
	{
		name: 'npm-global',
		packages: [],
		build: `mkdir -p tool/lib dep home
echo '{"name": "dep", "version": "2.0.0", "main": "dep.js"}' > dep/package.json
echo 'module.exports = require("fs").readFileSync(__dirname + "/words.txt", "utf8");' > dep/dep.js
echo words of dep > dep/words.txt
echo '{"name": "tool", "version": "1.0.0", "bin": {"tool": "cli.mjs"}, "dependencies": {"dep": "file:../dep"}}' > tool/package.json
printf '#!/usr/bin/env node\\nimport dep from "dep"; import {say} from "./lib/say.mjs"; import {createRequire} from "node:module"; say(dep, createRequire(import.meta.url)("./package.json").version);\\n' > tool/cli.mjs
echo 'export const say = (...words) => console.log(...words);' > tool/lib/say.mjs
chmod +x tool/cli.mjs
HOME=$PWD/home npm install --silent --global --offline --no-audit --no-fund --install-links --prefix "$PWD/p" ./tool
`,
		path: 'p/bin',
		pack: ['./p/bin/tool'],
		run: 'tool',
	},
	{
		name: 'ruby-app',
		packages: ['ruby'],
		build: `mkdir -p app/bin app/lib/report app/templates gem/lib vendor
cat > gem/words.gemspec <<'END'
Gem::Specification.new { |s| s.name = "words"; s.version = "1.0"; s.summary = "w"; s.authors = ["a"]; s.files = ["lib/words.rb"] }
END
echo 'module Words; LIST = %w[a b]; end' > gem/lib/words.rb
(cd gem && gem build --silent words.gemspec && gem install --silent --local --no-document --install-dir ../vendor words-1.0.gem)
cat > app/bin/report <<'END'
#!/usr/bin/env ruby
$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
Gem.paths = {"GEM_PATH" => File.expand_path("../../vendor", __dir__)}
require "report/page"; require "words"; require "yaml"; require "erb"; require "digest"
puts Report.page(File.expand_path("../templates/page.erb", __dir__)), Words::LIST, Digest::SHA256.hexdigest("x")
END
chmod +x app/bin/report
echo 'module Report; def self.page(f) = ERB.new(File.read(f)).result; end' > app/lib/report/page.rb
echo 'page <%= 1 + 1 %>' > app/templates/page.erb
`,
		path: 'app/bin',
		pack: ['./app/bin/report'],
		run: 'report',
	},
];
