/**
 * Find out which alternatives the packages of an unpacked root would register.
 *
 * The words of `update-alternatives` are often computed, so the configuring scripts are run: on the
 * host itself, where they are an ordinary user who can change nothing, with a recorder in the place of
 * update-alternatives(1). Everything else they attempt fails and is passed over.
 */
import type {Host} from './host-with.js';
import {runOnHost} from './run-on-host.js';

const recorder = `#!/bin/bash
IFS=$'\\t'
printf '%s\\n' "$*" >&9
`;

// `set -e` would end a script at its first failing change. Compiling Python modules takes long and
// cannot be kept. DEBIAN_HAS_FRONTEND keeps debconf from starting the script anew under itself.
const readAll = `
exec 9>&1 >/dev/null 2>&1 </dev/null
set() { case $1 in -*e*) ;; *) builtin set "$@" ;; esac; }
py3compile() { :; }
py3clean() { :; }
for script in $(grep -l update-alternatives /var/lib/dpkg/info/*.postinst); do
	case $(head -n 1 "$script") in
	*/sh* | */bash*) (. "$script" configure) ;;
	esac
done
`;

/** Return the words of every \`update-alternatives --install\`, in the order of the packages. */
export async function readAlternatives(host: Host): Promise<readonly (readonly string[])[]> {
	const {stdout} = await runOnHost(host, {
		argv: ['bash', '-c', readAll],
		env: {PATH: '/usr/sbin:/usr/bin', DEBIAN_HAS_FRONTEND: '1', DPKG_MAINTSCRIPT_NAME: 'postinst'},
		files: {'/usr/bin/update-alternatives': {content: recorder, mode: 0o755}},
	});
	return stdout
		.split('\n')
		.map(line => line.split('\t').filter(word => !['', '--quiet', '--force'].includes(word)))
		.filter(words => words[0] === '--install');
}
