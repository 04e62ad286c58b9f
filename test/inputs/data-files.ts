/** The rules that are data: each row has its form and a reason, and does something. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import picomatch from 'picomatch';
import {isRuledOut} from '../../lib/inputs/payload-rules.js';
import {sysrootPath} from '../../lib/paths/paths.js';

type Row = Readonly<Record<string, unknown>>;

function readRows(name: string): readonly Row[] {
	const path = join(import.meta.dirname, '../../../lib', name);
	return JSON.parse(readFileSync(path, 'utf8')) as readonly Row[];
}

/** Fields of each file: the type they have, and whether each row has them. */
const files: Readonly<
	Record<string, Readonly<Record<string, readonly [type: string, always: boolean]>>>
> = {
	'inputs/data/redirectors.json': {
		name: ['string', true],
		script: ['string', false],
		link: ['string', false],
		kind: ['string', true],
		variable: ['string', false],
		file: ['string', false],
		names: ['string', true],
		reason: ['string', true],
	},
	'inputs/data/suspect-rules.json': {paths: ['object', true], reason: ['string', true]},
	'audit/data/host-by-nature.json': {
		what: ['string', true],
		paths: ['object', true],
		reason: ['string', true],
	},
	'inputs/data/payload-rules.json': {
		pattern: ['string', true],
		unlessNamed: ['boolean', false],
		unlessRecommended: ['boolean', false],
		reason: ['string', true],
	},
	'inputs/data/file-companions.json': {
		paths: ['object', true],
		with: ['object', true],
		whole: ['boolean', false],
		reason: ['string', true],
	},
	'inputs/data/payload-exceptions.json': {
		pattern: ['string', true],
		reason: ['string', true],
	},
	'packages/solve/data/base-system.json': {
		manager: ['string', true],
		name: ['string', true],
		reason: ['string', true],
	},
	'packages/solve/data/essential-programs.json': {
		name: ['string', true],
		reason: ['string', true],
	},
	'inputs/data/library-bulk.json': {
		pattern: ['string', true],
		unlessImported: ['string', false],
		butBy: ['object', false],
		reason: ['string', true],
	},
	'inputs/data/called-programs.json': {
		manager: ['string', true],
		packages: ['object', true],
		travels: ['string', true],
		reason: ['string', true],
	},
	'inputs/data/no-plug-in-directories.json': {
		pattern: ['string', true],
		reason: ['string', true],
	},
	'closure/data/opened-by-libraries.json': {
		libraries: ['object', true],
		opens: ['object', true],
		reason: ['string', true],
	},
	'closure/data/opened-by-libc.json': {
		imports: ['object', true],
		opens: ['object', true],
		required: ['boolean', true],
		reason: ['string', true],
	},
	'inputs/data/script-rules.json': {
		pattern: ['string', true],
		unlessLinked: ['boolean', false],
		reason: ['string', true],
	},
	'inputs/data/trace-rules.json': {
		pattern: ['string', true],
		owner: ['string', true],
		reason: ['string', true],
	},
	'inputs/data/home-software.json': {pattern: ['string', true], reason: ['string', true]},
	'inputs/data/development-packages.json': {
		manager: ['string', true],
		name: ['string', true],
		butNot: ['string', false],
		reason: ['string', true],
	},
	'inputs/data/private-files.json': {
		pattern: ['string', true],
		holds: ['string', false],
		reason: ['string', true],
	},
	'inputs/data/trace-companions.json': {
		pattern: ['string', true],
		with: ['object', true],
		reason: ['string', true],
	},
	'plan/data/name-services.json': {
		service: ['string', true],
		answers: ['object', true],
		reason: ['string', true],
	},
	'plan/data/environment-rules.json': {
		variable: ['string', true],
		action: ['string', true],
		when: ['string', true],
		programs: ['object', true],
		paths: ['object', true],
		first: ['boolean', true],
		leading: ['string', false],
		host: ['object', false],
		ifConverting: ['boolean', false],
		reason: ['string', true],
	},
	'audit/data/host-owned.json': {
		paths: ['object', true],
		seen: ['string', true],
		reason: ['string', true],
	},
	'engine/data/shared-directories.json': {paths: ['object', true], reason: ['string', true]},
	'inputs/data/generated-files.json': {
		pattern: ['string', true],
		carried: ['boolean', true],
		sharedBy: ['string', false],
		reason: ['string', true],
	},
	'inputs/data/payload-companions.json': {
		needed: ['object', true],
		with: ['object', true],
		plugins: ['boolean', false],
		reason: ['string', true],
	},
};

for (const [name, fields] of Object.entries(files)) {
	test(`every row of ${name} has its fields, and a reason`, t => {
		const rows = readRows(name);
		t.true(rows.length > 0);
		for (const row of rows) {
			const text = JSON.stringify(row);
			t.deepEqual(
				Object.keys(row).filter(field => fields[field] === undefined),
				[],
				text,
			);
			for (const [field, [type, always]] of Object.entries(fields)) {
				const value = row[field];
				t.true(value === undefined ? !always : typeof value === type, `${field} of ${text}`);
			}

			t.true(String(row.reason).length > 8, text);
		}

		t.is(new Set(rows.map(row => JSON.stringify(row))).size, rows.length);
	});
}

test('patterns of paths are absolute or hold anywhere, and can be compiled', t => {
	for (const name of Object.keys(files)) {
		for (const row of readRows(name)) {
			for (const pattern of [row.pattern ?? row.paths ?? []].flat() as string[]) {
				t.regex(pattern, /^(?:\/|\*\*\/)/, name);
				t.notThrows(() => picomatch.makeRe(pattern, {dot: true, strictBrackets: true}), pattern);
			}
		}
	}
});

test('an environment rule names a variable and what is done with it', t => {
	for (const row of readRows('plan/data/environment-rules.json')) {
		const {variable, action, when, programs, paths, host} = row;
		t.regex(String(variable), /^[A-Z]\w*$/);
		// What a bundle must never set: the host's programs would obey it.
		t.notRegex(String(variable), /^LD_/);
		t.true(['default', 'append', 'choose'].includes(String(action)), String(variable));
		t.true(['always', 'unprojected'].includes(String(when)), String(variable));
		t.is(Array.isArray(host), action === 'choose', String(variable));
		t.true(Array.isArray(programs) && programs.length > 0, String(variable));
		t.true(Array.isArray(paths) && paths.length > 0, String(variable));
	}
});

test('what is the host’s is never seen or gives way, and libraries have names', t => {
	for (const {seen, paths} of readRows('audit/data/host-owned.json')) {
		t.true(seen === 'never' || seen === 'otherwise', String(paths));
	}

	for (const {needed} of readRows('inputs/data/payload-companions.json')) {
		t.true(
			(needed as string[]).every(name => /^lib[^/]+\.so/u.test(name)),
			String(needed),
		);
	}
});

const kept = [
	'/usr/share/vim/vim90/doc/help.txt',
	'/usr/share/vim/vim90/tutor/tutor',
	'/usr/bin/git',
	'/bin/sh',
	'/usr/share/locale/C/x',
	'/usr/share/locale/en/LC_MESSAGES/git.mo',
	'/usr/share/locale/en_GB/LC_MESSAGES/git.mo',
	'/usr/share/locale/locale.alias',
	'/usr/lib/x86_64-linux-gnu/ImageMagick-6.9.11/modules-Q16/coders/png.la',
	'/usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a',
	'/usr/share/vim/vim90/syntax/c.vim',
	'/usr/share/perl/5.36/pod/perl.pod',
	'/etc/ssl/openssl.cnf',
	'/usr/lib/python3/dist-packages/doc/__init__.py',
	'/usr/share/doc/maxima/info/maxima-index.lisp.gz',
	'/var/lib/ghostscript/CMap/H',
	'/usr/lib/debug/.build-id/00/1.debug',
];
const left = [
	'/etc/ld.so.conf.d/x86_64-linux-gnu.conf',
	'/usr/share/doc/git/README',
	'/etc/nsswitch.conf',
	'/etc/passwd',
	'/usr/share/doc',
	'/usr/share/man/man1/git.1.gz',
	'/usr/share/locale/de/LC_MESSAGES/git.mo',
	'/usr/share/locale/pt_BR',
	'/usr/lib/x86_64-linux-gnu/libltdl.la',
	'/usr/lib/systemd/system/x.service',
	'/lib/systemd/system/x.service',
	'/etc/init.d/x',
	'/var/cache/x',
	'/usr/lib/debug/usr/bin/x.debug',
	'/usr/share/vim/vim90/lang/de/LC_MESSAGES/vim.mo',
	'/usr/share/vim/vim90/tutor/tutor.de.utf-8',
];

test('a package’s files stay or are left behind by rule', t => {
	for (const path of kept) t.false(isRuledOut(sysrootPath(path), 'ordinary'), path);
	for (const path of left) t.true(isRuledOut(sysrootPath(path), 'named'), path);
});

test('a package that the user named, or that is recommended, keeps what is for building', t => {
	for (const path of [
		'/usr/include/stdio.h',
		'/usr/include/x86_64-linux-gnu/sys/stat.h',
		'/usr/lib/x86_64-linux-gnu/libc.a',
		'/usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc',
		'/usr/lib64/libm.a',
	]) {
		t.true(isRuledOut(sysrootPath(path), 'ordinary'), path);
		t.false(isRuledOut(sysrootPath(path), 'recommended'), path);
		t.false(isRuledOut(sysrootPath(path), 'named'), path);
	}

	// Of a language's own headers only those that compiling its modules needs are for who asks by name.
	const core = sysrootPath('/usr/lib/x86_64-linux-gnu/perl/5.36/CORE/perl.h');
	t.true(isRuledOut(core, 'recommended'));
	t.false(isRuledOut(core, 'named'));
	for (const path of ['/usr/include/c++/12/vector', '/usr/include/x86_64-linux-gnu/c++/12/x.h']) {
		t.false(isRuledOut(sysrootPath(path), 'ordinary'), path);
	}
});
