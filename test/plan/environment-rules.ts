/**
 * Each rule of lib/plan/data/environment-rules.json against a payload that holds what it is for: to
 * whom it applies, and what is written. A rule without a line in this table fails the last test.
 */
import test from 'ava';
import environmentRules from '../../lib/plan/data/environment-rules.json' with {type: 'json'};
import type {EnvironmentRule} from '../../lib/launcher/launch-spec.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {makeEnvironment, withParents} from '../../lib/plan/environment-rules.js';

interface RuleCase {
	/** A name of a program that the rule is for. */
	readonly program: string;
	readonly payload: readonly string[];
	/** `@` is the bundle's `root`. */
	readonly parts: readonly string[];
}

const multiarch = '/usr/lib/x86_64-linux-gnu';

/** For any program, one path of the payload that is written as it is. */
function plain(path: string, payload: readonly string[], program = 'any'): RuleCase {
	return {program, payload, parts: [`@${path}`]};
}

const certificates = '/etc/ssl/certs/ca-certificates.crt';
const trusted = [
	'/./etc/ssl/certs/ca-certificates.crt',
	'/./etc/pki/tls/certs/ca-bundle.crt',
	'/./etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
	'/./etc/ssl/ca-bundle.pem',
	'/./var/lib/ca-certificates/ca-bundle.pem',
	'/./etc/ssl/cert.pem',
	`@${certificates}`,
];
const zones = ['/./usr/share/zoneinfo', '@/usr/share/zoneinfo'];
const magick = `${multiarch}/ImageMagick-6.9.11/modules-Q16`;

const cases: Readonly<Record<string, RuleCase>> = {
	GIT_EXEC_PATH: plain('/usr/lib/git-core', ['/usr/lib/git-core/git-add'], 'git'),
	GIT_TEMPLATE_DIR: plain(
		'/usr/share/git-core/templates',
		['/usr/share/git-core/templates/description'],
		'git',
	),
	PERL5LIB: {
		program: 'perl5.36.0',
		payload: [
			'/etc/perl/x',
			`${multiarch}/perl5/5.36/x`,
			'/usr/share/perl5/x',
			'/usr/share/perl/5.36/x',
		],
		parts: ['@/etc/perl', `@${multiarch}/perl5/5.36`, '@/usr/share/perl5', '@/usr/share/perl/5.36'],
	},
	VIMRUNTIME: plain('/usr/share/vim/vim90', ['/usr/share/vim/vim90/filetype.vim'], 'vim.basic'),
	MAGICK_CONFIGURE_PATH: {
		program: 'convert-im6.q16',
		payload: ['/usr/share/ImageMagick-6/english.xml', '/etc/ImageMagick-6/delegates.xml'],
		parts: ['@/etc/ImageMagick-6', '@/usr/share/ImageMagick-6'],
	},
	MAGICK_CODER_MODULE_PATH: plain(`${magick}/coders`, [`${magick}/coders/png.so`], 'magick'),
	MAGICK_CODER_FILTER_PATH: plain(`${magick}/filters`, [`${magick}/filters/x.so`], 'magick'),
	TCL_LIBRARY: plain('/usr/share/tcltk/tcl8.6', ['/usr/share/tcltk/tcl8.6/init.tcl'], 'tclsh8.6'),
	TCL8_6_TM_PATH: plain('/usr/share/tcltk/tcl8.6/tcl8', ['/usr/share/tcltk/tcl8.6/tcl8/x'], 'wish'),
	TK_LIBRARY: plain('/usr/share/tcltk/tk8.6', ['/usr/share/tcltk/tk8.6/tk.tcl'], 'wish8.6'),
	MAGIC: plain('/usr/lib/file/magic.mgc', ['/usr/lib/file/magic.mgc'], 'file'),
	TERMINFO_DIRS: {
		program: 'any',
		payload: ['/usr/lib/terminfo/x/xterm'],
		parts: ['', '@/usr/lib/terminfo'],
	},
	GCONV_PATH: plain(`${multiarch}/gconv`, [`${multiarch}/gconv/gconv-modules`]),
	LOCPATH: plain('/usr/lib/locale', ['/usr/lib/locale/C.utf8/LC_CTYPE']),
	TZDIR: {program: 'any', payload: ['/usr/share/zoneinfo/UTC'], parts: zones},
	PYTHONTZPATH: {program: 'python3.11', payload: ['/usr/share/zoneinfo/UTC'], parts: zones},
	SSL_CERT_FILE: {program: 'any', payload: [certificates], parts: trusted},
	GIT_SSL_CAINFO: {program: 'git', payload: [certificates], parts: trusted},
	REQUESTS_CA_BUNDLE: {program: 'python3', payload: [certificates], parts: trusted},
	OPENSSL_CONF: plain('/etc/ssl/openssl.cnf', ['/etc/ssl/openssl.cnf']),
	OPENSSL_MODULES: plain(`${multiarch}/ossl-modules`, [`${multiarch}/ossl-modules/legacy.so`]),
	OPENSSL_ENGINES: plain(`${multiarch}/engines-3`, [`${multiarch}/engines-3/afalg.so`]),
	KRB5_CONFIG: {
		program: 'any',
		payload: ['/etc/krb5.conf'],
		parts: ['/./etc/krb5.conf', '@/etc/krb5.conf'],
	},
	RUBYLIB: {
		program: 'ruby3.1',
		payload: ['/usr/lib/ruby/3.1.0/set.rb', `${multiarch}/ruby/3.1.0/etc.so`],
		parts: ['@/usr/lib/ruby/3.1.0', `@${multiarch}/ruby/3.1.0`],
	},
	GEM_PATH: plain(
		'/usr/share/rubygems-integration/all',
		['/usr/share/rubygems-integration/all/specifications/rake.gemspec'],
		'ruby3.1',
	),
	R_HOME: plain('/usr/lib/R', ['/usr/lib/R/etc/Renviron'], 'R'),
	RHOME: plain('/usr/lib/R', ['/usr/lib/R/bin/R'], 'Rscript'),
	GIO_EXTRA_MODULES: plain(`${multiarch}/gio/modules`, [`${multiarch}/gio/modules/x.so`]),
	GI_TYPELIB_PATH: plain(`${multiarch}/girepository-1.0`, [
		`${multiarch}/girepository-1.0/GLib-2.0.typelib`,
	]),
	GSETTINGS_SCHEMA_DIR: plain('/usr/share/glib-2.0/schemas', [
		'/usr/share/glib-2.0/schemas/gschemas.compiled',
	]),
	GTK_PATH: plain(`${multiarch}/gtk-3.0`, [`${multiarch}/gtk-3.0/modules/x.so`]),
	QT_PLUGIN_PATH: plain(`${multiarch}/qt5/plugins`, [`${multiarch}/qt5/plugins/platforms/x.so`]),
	QML2_IMPORT_PATH: plain('/usr/lib64/qt6/qml', ['/usr/lib64/qt6/qml/QtQuick/qmldir']),
	FONTCONFIG_PATH: plain('/etc/fonts', ['/etc/fonts/fonts.conf']),
	XKB_CONFIG_ROOT: plain('/usr/share/X11/xkb', ['/usr/share/X11/xkb/rules/base']),
	XLOCALEDIR: plain('/usr/share/X11/locale', ['/usr/share/X11/locale/locale.dir']),
	GS_LIB: {
		program: 'gs',
		payload: [
			'/usr/share/ghostscript/10.00.0/lib/x.ps',
			'/usr/share/ghostscript/10.00.0/Resource/Init/gs_init.ps',
		],
		parts: [
			'@/usr/share/ghostscript/10.00.0/Resource/Init',
			'@/usr/share/ghostscript/10.00.0/lib',
			'@/usr/share/ghostscript/10.00.0/Resource',
		],
	},
	GROFF_FONT_PATH: plain(
		'/usr/share/groff/1.22.4/font',
		['/usr/share/groff/1.22.4/font/devutf8/DESC'],
		'grotty',
	),
	GROFF_TMAC_PATH: {
		program: 'troff',
		payload: ['/usr/share/groff/1.22.4/tmac/an.tmac', '/etc/groff/man.local'],
		parts: ['@/etc/groff', '@/usr/share/groff/1.22.4/tmac'],
	},
	OMPI_MCA_mca_base_component_path: plain(`${multiarch}/openmpi/lib/openmpi3`, [
		`${multiarch}/openmpi/lib/openmpi3/mca_pml_ob1.so`,
	]),
	OPAL_PKGDATADIR: plain('/usr/share/openmpi', ['/usr/share/openmpi/help-mpi-api.txt']),
	UCX_MODULE_DIR: plain(`${multiarch}/ucx`, [`${multiarch}/ucx/libuct_ib.so.0`]),
	JAVA_HOME: plain('/usr/lib/jvm/java-17-openjdk-amd64', [
		'/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
	]),
};

function rulesFor(
	program: string,
	payload: readonly string[],
	converts = true,
): readonly EnvironmentRule[] {
	const payloadPaths = withParents(payload.map(path => sysrootPath(path)));
	return makeEnvironment({payloadPaths, programDirectories: []})({names: [program], converts});
}

for (const {variable, action, when} of environmentRules) {
	const rule = cases[variable];
	if (rule === undefined) {
		continue;
	}

	test(`${variable} names what the bundle has`, t => {
		const found = rulesFor(rule.program, rule.payload).filter(each => each.variable === variable);
		t.deepEqual(
			found.map(({parts, ...others}) => ({
				...others,
				parts: parts.map(({kind, text}) =>
					kind === 'bundle' ? text.replace(/^root/u, '@') : text,
				),
			})),
			[{variable, action, when, parts: rule.parts}] as unknown as typeof found,
		);
	});

	test(`${variable} is left alone where the bundle has nothing of the kind`, t => {
		const found = rulesFor(rule.program, ['/usr/bin/tool', '/usr/lib/x86_64-linux-gnu/libx.so']);
		t.deepEqual(found, []);
	});
}

test('a search path that is not set becomes the usual one behind the bundle’s directories', t => {
	const bin = sysrootPath('/usr/bin');
	const rules = makeEnvironment({payloadPaths: new Set(), programDirectories: [bin]})({
		names: ['tool'],
		converts: false,
	});
	t.deepEqual(
		rules.map(({variable, action, parts}) => [variable, action, parts.map(({text}) => text)]),
		[
			['PATH', 'default', ['/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']],
			['PATH', 'prepend', ['root/usr/bin']],
		],
	);
});

test('a rule is for the programs it names', t => {
	t.deepEqual(rulesFor('python3', ['/usr/lib/git-core/git-add']), []);
});

test('a program that converts no character sets does not pay for reading what there is', t => {
	const payload = [`${multiarch}/gconv/gconv-modules`];
	t.deepEqual(rulesFor('tool', payload, false), []);
	t.is(rulesFor('tool', payload, true).length, 1);
});

test('variables that an engine makes needless are set by no other', t => {
	const always = environmentRules.filter(({when}) => when === 'always');
	t.deepEqual(always.map(({variable}) => variable).sort(), [
		...['GCONV_PATH', 'GIT_SSL_CAINFO', 'LOCPATH', 'SSL_CERT_FILE', 'TZDIR'],
	]);
});

test('every rule has a case in this file, and every case a rule', t => {
	t.deepEqual(Object.keys(cases).sort(), environmentRules.map(({variable}) => variable).sort());
});
