/** Which services of a host's /etc/nsswitch.conf a bundle answers for. */
import test from 'ava';
import type {BundleManifest, FileRecord, LoaderRecord} from '../../lib/manifest/manifest.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';
import {checkNss} from '../../lib/verify/check-nss.js';

function bundle(
	libc: LoaderRecord['libc'],
	version: string,
	services: readonly string[],
): Pick<BundleManifest, 'loaders' | 'files'> {
	return {
		loaders: [
			{
				path: bundlePath('libexec/dynpk/ld.so'),
				interpreter: sysrootPath('/lib/ld.so'),
				libc,
				version,
				machine: 'x86-64',
				class: 64,
				edits: [],
				isolated: true,
				originalSha256: '',
			},
		],
		files: services.map((service): FileRecord => ({
			path: bundlePath(`lib/libnss_${service}.so.2`),
			kind: 'symlink',
			reason: 'a test',
		})),
	};
}

const cluster = `# passwd: never
passwd:	files [!UNAVAIL=merge] sss	# hesiod
group: files sss odd
initgroups:ldap
shadow: files secret
hosts: files mdns4_minimal [NOTFOUND=return] dns
`;

const unanswered = (services: Pick<BundleManifest, 'loaders' | 'files'>): string[] =>
	checkNss(services, cluster).map(({message}) => /for (\S+):/u.exec(message)?.[1] ?? '');

test('each service for users or groups that the bundle has no module for is a finding', t => {
	t.deepEqual(unanswered(bundle('glibc', '2.36', ['sss'])), ['odd', 'ldap']);
	t.deepEqual(unanswered(bundle('glibc', '2.36', ['sss', 'odd', 'ldap'])), []);
});

test('before glibc 2.34, files are a module as any other', t => {
	t.deepEqual(unanswered(bundle('glibc', '2.31', ['sss', 'odd', 'ldap'])), ['files']);
	t.deepEqual(unanswered(bundle('glibc', '2.31', ['files', 'sss', 'odd', 'ldap'])), []);
});

test('musl asks nobody by that file', t => {
	t.deepEqual(unanswered(bundle('musl', '1.2.3', [])), []);
});
