/**
 * Whether the bundle answers for every service by which this host knows its users and groups.
 *
 * A service that it does not answer for is passed over by the C library: users whom only that service
 * knows have numbers and no names. Hosts are left out: the bundle's own dns finds most of them.
 */
import {posix} from 'node:path';
import type {BundleManifest} from '../manifest/manifest.js';
import type {VerifyFinding} from './finding.js';

const CONFIGURATION = '/etc/nsswitch.conf';

/** `text` is the host's /etc/nsswitch.conf. musl reads none. */
export function checkNss(
	{loaders, files}: Pick<BundleManifest, 'loaders' | 'files'>,
	text: string,
): VerifyFinding[] {
	const [main] = loaders;
	if (main?.libc !== 'glibc') {
		return [];
	}

	const names = new Set(files.map(({path}) => posix.basename(path)));
	const builtIn = hasBuiltIn(main.version) ? ['files', 'dns'] : [];
	const unanswered = [...servicesOf(text)].filter(
		service => !builtIn.includes(service) && !names.has(`libnss_${service}.so.2`),
	);
	return unanswered.map(service => ({
		code: 'NAMES_UNANSWERED',
		path: CONFIGURATION,
		message: `the bundle does not answer for ${service}: users whom only that knows stay numbers`,
	}));
}

/** Named for users and groups, without what to do in which case (`[NOTFOUND=return]`). */
function servicesOf(text: string): Set<string> {
	const services = new Set<string>();
	for (const line of text.split('\n')) {
		const [, rest = ''] = /^\s*(?:passwd|group|initgroups)\s*:([^#]*)/u.exec(line) ?? [];
		for (const service of rest.replace(/\[[^\]]*\]/gu, ' ').matchAll(/\S+/gu)) {
			services.add(service[0]);
		}
	}

	return services;
}

function hasBuiltIn(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > 2 || minor >= 34;
}
