/**
 * What tools of packed languages install on the target starts the bundle's interpreter, and not the
 * one that the host has at the same path, or has not. A path with a blank fits no first line.
 */
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {packOnce} from '../helpers/run/packed.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const place = '/home/user/sw';

/** Prints the first line of the script that a gem brings, as it is installed. */
const gem = `require 'tmpdir'; require 'rubygems/package'; require 'rubygems/installer'
Dir.mktmpdir do |place|
  Dir.chdir(place)
  Dir.mkdir('bin')
  File.write('bin/tool', "#!/usr/bin/env ruby\\nputs 1\\n")
  spec = Gem::Specification.new { |it| it.name, it.version, it.summary, it.authors = 'tool', '1', 'A tool.', ['me'] }
  spec.files, spec.executables = ['bin/tool'], ['tool']
  package = Gem::DefaultUserInteraction.use_ui(Gem::SilentUI.new) { Gem::Package.build(spec, true) }
  Gem::Installer.at(package, install_dir: "#{place}/gems", bin_dir: "#{place}/installed", wrappers: true).install
  puts File.open('installed/tool', &:gets)
end`;

/** The same of a script that MakeMaker installs. */
const module = `use strict; use warnings; use ExtUtils::MY; use File::Temp;
my $tool = File::Temp->new; print $tool "#!perl -w\\nprint 1\\n"; close $tool;
MY->fixin($tool->filename);
open my $fixed, '<', $tool->filename; print scalar <$fixed>;`;

/** The same of a script that a rock brings: a shell's, which takes a path with a blank. */
const rock = `cd "$(mktemp -d)" && echo 'print("rock", _VERSION)' >tool.lua && cat >tool-1-1.rockspec <<-'end'
	package, version, source = 'tool', '1-1', {url = 'tool.lua'}
	build = {type = 'builtin', modules = {}, install = {bin = {tool = 'tool.lua'}}}
	end
	"$0/bin/luarocks" --lua-version 5.1 --tree rt make >said 2>&1 || cat said
	rt/bin/tool && grep -o "'[^']*/lua5.1'" rt/bin/tool`;

for (const name of targetHosts.filter(host => host !== 'empty')) {
	test.serial(`${name}: scripts that luarocks installs name the bundle’s lua`, async t => {
		const host = await needHost(t, name);
		const targets = ['/usr/bin/luarocks', '/usr/bin/lua5.1', 'deb:liblua5.1-0-dev'];
		// Which a host need not have.
		const bundle = host && (await packOnce(t, [...targets, '/usr/bin/md5sum']));
		if (host === undefined || bundle === undefined) return;
		const at = '/home/user/my sw';
		const ran = await runOnHost(host, {
			binds: [{from: bundle, to: at, readOnly: true}],
			argv: ['/bin/sh', '-c', rock, at],
		});
		t.is(ran.stdout, `rock\tLua 5.1\n'${at}/root/usr/bin/lua5.1'\n`, ran.stderr);
	});
}

for (const name of targetHosts) {
	test.serial(
		`${name}: scripts that gem and MakeMaker install name the bundle’s interpreters`,
		async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packOnce(t, ['/usr/bin/ruby', '/usr/bin/perl']));
			if (host === undefined || bundle === undefined) return;
			const binds = [{from: bundle, to: place, readOnly: true}];
			for (const DYNPK_ENGINE of name === 'empty' ? ['shim', 'userns'] : ['shim']) {
				const run = {binds, env: {DYNPK_ENGINE}};
				const ruby = await runOnHost(host, {...run, argv: [`${place}/bin/ruby`, '-e', gem]});
				t.regex(ruby.stdout, new RegExp(`^#!${place}/root/usr/bin/ruby[\\d.]*\\n$`, 'u'));
				const perl = await runOnHost(host, {...run, argv: [`${place}/bin/perl`, '-e', module]});
				t.is(perl.stdout, `#!${place}/root/usr/bin/perl -w\n`);
				t.is(ruby.stderr + perl.stderr, '');
			}

			const elsewhere = await runOnHost(host, {bundle, argv: ['bin/perl', '-e', module]});
			t.is(elsewhere.stdout, '#!/usr/bin/perl -w\n', elsewhere.stderr);
		},
	);
}
