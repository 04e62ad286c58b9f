import test from 'ava';
import {encodeAuditRules} from '../../lib/audit/encode-audit-rules.js';
import type {AuditRules} from '../../lib/audit/encode-audit-rules.js';
import {hostFiles, hostPrograms} from '../../lib/audit/host-by-nature.js';
import {bundlePath} from '../../lib/paths/paths.js';

const rules: AuditRules = {
	mode: 'enforce',
	libraryPath: [bundlePath('lib/private'), bundlePath('lib')],
	hostProvided: ['libGL.so.*', 'libGL.so.*'],
	allowed: ['/opt/site/**'],
	allowedPrograms: ['/opt/site/bin/*'],
	hostPrograms: ['/bin/sh'],
	hostFiles: ['/etc/hosts'],
	staticTls: 4096,
};

test('a rule is a line, in a fixed order, each once', t => {
	t.is(
		encodeAuditRules(rules).toString(),
		[
			'dynpk-audit 1',
			'mode enforce',
			'library-path lib/private',
			'library-path lib',
			'host-provided libGL.so.*',
			'allow /opt/site/**',
			'allow-exec /opt/site/bin/*',
			'host-program /bin/sh',
			'host-file /etc/hosts',
			'static-tls 4096',
			'',
		].join('\n'),
	);
});

test('what is the host’s by nature is put in the dialect of rules', t => {
	t.true(hostPrograms.includes('/bin/sh') && hostPrograms.includes('/usr/bin/sh'));
	t.true(hostFiles.includes('/usr/lib/locale') && hostFiles.includes('/usr/lib/locale/**'));
	const [hostProvided, staticTls] = [[], 0];
	t.notThrows(() => encodeAuditRules({...rules, hostProvided, staticTls, hostPrograms, hostFiles}));
});

test('a pattern of a richer dialect is refused, not misread', t => {
	for (const pattern of ['lib{a,b}.so', 'lib[ab].so', '!(libc).so', 'lib\\*.so', 'a|b']) {
		t.throws(() => encodeAuditRules({...rules, allowed: [pattern]}), {code: 'USAGE'}, pattern);
	}
});

test('what the stub could not read back is refused', t => {
	for (const value of ['', 'a\nmode off', 'a\0b', 'x'.repeat(256)]) {
		t.throws(() => encodeAuditRules({...rules, hostProvided: [value]}), {code: 'USAGE'});
	}

	const many = Array.from({length: 200}, (_, at) => `${'x'.repeat(200)}${at}`);
	t.throws(() => encodeAuditRules({...rules, allowed: many}), {code: 'USAGE'});
	t.notThrows(() => encodeAuditRules({...rules, allowed: ['x'.repeat(255)]}));
});
