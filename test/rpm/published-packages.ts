import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {formatDependency} from '../../lib/rpm/dependencies.js';
import {formatEvr} from '../../lib/rpm/evr.js';
import {headerStrings} from '../../lib/rpm/header-values.js';
import {readRpm} from '../../lib/rpm/read-rpm.js';
import {describePayload} from '../helpers/packages/rpm-payload.js';
import {queryRpm, rpmAccepts, unpackWithRpm} from '../helpers/packages/rpm-query.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

// The tests run from build/test/rpm, the packages stay where they are.
const data = fileURLToPath(new URL('../../../test/rpm/data/', import.meta.url));
const packages = readdirSync(data).filter(name => name.endsWith('.rpm'));

test('the published packages are there', t => {
	t.is(packages.length, 31);
});

for (const name of packages) {
	const path = join(data, name);

	test(`${name} has the facts that rpm prints`, t => {
		if (!need(t, 'rpm')) {
			return;
		}

		const pkg = readRpm(path);
		t.deepEqual(
			[`${pkg.name}|${formatEvr(pkg.evr)}|${pkg.arch}|${pkg.license ?? ''}|${pkg.url ?? '(none)'}`],
			queryRpm(path, '%{NAME}|%{EVR}|%{ARCH}|%{LICENSE}|%{URL}'),
		);
		t.is(pkg.description, queryRpm(path, '%{DESCRIPTION}').join('\n'));
		for (const [kind, tag] of dependencyQueries) {
			const ours = pkg.dependencies[kind].map(formatDependency).map(line => line.trimEnd());
			const theirs = queryRpm(path, `[%{${tag}NEVRS}\\n]`).filter(line => line !== '');
			t.deepEqual(ours, theirs, tag);
		}
	});

	test(`${name} lists the files that rpm lists`, t => {
		if (!need(t, 'rpm')) {
			return;
		}

		const pkg = readRpm(path);
		const ours = pkg.files.map(file =>
			[
				file.path,
				file.size,
				file.mode,
				file.mtime,
				file.digest ?? '',
				file.linkTarget ?? '',
				file.flags,
				file.verifyFlags,
				file.owner,
				file.group,
				file.rdev,
				file.device,
				file.inode,
				file.language ?? '',
				file.capabilities ?? '',
			].join('|'),
		);
		const size =
			pkg.files.length > 0 && pkg.header.entries.has(5008) ? 'LONGFILESIZES' : 'FILESIZES';
		const caps = pkg.header.entries.has(5010) ? '%{FILECAPS}' : '';
		const format =
			`[%{FILENAMES}|%{${size}}|%{FILEMODES}|%{FILEMTIMES}|%{FILEDIGESTS}|%{FILELINKTOS}|` +
			'%{FILEFLAGS}|%{FILEVERIFYFLAGS}|%{FILEUSERNAME}|%{FILEGROUPNAME}|%{FILERDEVS}|' +
			`%{FILEDEVICES}|%{FILEINODES}|%{FILELANGS}|${caps}\\n]`;
		t.deepEqual(
			ours,
			queryRpm(path, format).filter(line => line !== ''),
		);
	});

	test(`${name} unpacks as rpm unpacks it`, async t => {
		if (!need(t, 'rpm', 'rpm2cpio', 'cpio', 'rpm2archive')) {
			return;
		}

		t.true(rpmAccepts(path));
		const theirs = unpackWithRpm(path, join(makeScratch(t), 'tree'));
		const ours = await describePayload(readRpm(path));
		for (const [file, description] of ours) {
			t.deepEqual(description, theirs.get(file), file);
		}

		const unlisted = [...theirs].filter(
			([file, {kind}]) => kind !== 'directory' && !ours.has(file),
		);
		t.deepEqual(unlisted, []);
	});
}

const dependencyQueries = [
	['requires', 'REQUIRE'],
	['provides', 'PROVIDE'],
	['conflicts', 'CONFLICT'],
	['obsoletes', 'OBSOLETE'],
	['recommends', 'RECOMMEND'],
	['suggests', 'SUGGEST'],
	['supplements', 'SUPPLEMENT'],
	['enhances', 'ENHANCE'],
] as const;

test('text is kept in every locale, the C locale first', t => {
	const {header, summary} = readRpm(join(data, 'RPMS_v6_rpm-i18n-1.0-1.noarch.rpm'));
	t.deepEqual(headerStrings(header, 100), ['C', 'de', 'ja', 'fr', 'zh_CN']);
	t.is(summary, 'Test RPM internationalization features');
	t.is(headerStrings(header, 1004)[1], 'Testen der RPM-Internationalisierungsfunktionen');
});

test('every scriptlet and trigger is told with its interpreter', t => {
	const pkg = readRpm(join(data, 'RPMS_v6_rpm-scriptlets-1.0-1.noarch.rpm'));
	t.deepEqual(
		pkg.scriptlets.map(({kind, program}) => `${kind} ${program.join(' ')}`),
		[
			'pretrans /bin/sh',
			'pre /bin/sh',
			'post /bin/sh',
			'preun /bin/sh',
			'postun /bin/sh',
			'posttrans /bin/sh',
			'verify /bin/sh',
		],
	);
	const [trigger] = pkg.triggers.filter(({kind}) => kind === 'package');
	t.is(trigger?.conditions[0]?.name, 'bash');
	t.true(pkg.triggers.some(({kind}) => kind === 'file'));
	t.true(pkg.triggers.some(({kind}) => kind === 'transaction-file'));
});

test('packages of the v6 format are told from those of v4', t => {
	const formats = packages.map(name => [name.includes('_v6_'), readRpm(join(data, name)).format]);
	t.deepEqual(
		formats.filter(([isSix, format]) => format !== (isSix === true ? 6 : 4)),
		[],
	);
});

test('source packages say so', t => {
	t.true(readRpm(join(data, 'SRPMS_v4_rpm-basic-2.3.4-5.el9.src.rpm')).isSource);
	t.false(readRpm(join(data, 'RPMS_v4_rpm-basic-2.3.4-5.el9.noarch.rpm')).isSource);
});
