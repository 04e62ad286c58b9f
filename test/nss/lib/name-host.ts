/**
 * Hosts whose users are not in their files: what /etc holds there, and a getent that knows alice.
 */
import type {PlacedFile} from '../../hosts/lib/prepare-entry.js';
import type {KnownUser} from './name-daemons.js';

export const alice: KnownUser = {
	name: 'alice',
	id: 1000,
	gecos: 'Alice Liddell',
	home: '/home/user',
	groups: [
		{name: 'wonder', id: 1000, members: ['alice', 'hatter']},
		{name: 'tea', id: 2000, members: ['alice', 'dormouse']},
	],
};

/** Of the host's files, which its name cache daemon knows too. */
export const root: KnownUser = {
	name: 'root',
	id: 0,
	gecos: 'root',
	home: '/root',
	groups: [{name: 'root', id: 0, members: []}],
};

type Files = Readonly<Record<string, PlacedFile | string>>;

/** `users` and `hosts` are what /etc/nsswitch.conf says of them. */
export function hostFiles(users: string, hosts = 'files'): Files {
	return {
		'/etc/nsswitch.conf': `passwd: ${users}\ngroup: ${users}\nhosts: ${hosts}\n`,
		'/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
		'/etc/group': 'root:x:0:\n',
		'/etc/hosts': '127.0.0.1 localhost\n',
	};
}

/** What getent answers, by its arguments; `*` for all others, which it does not know. */
const known: Readonly<Record<string, string>> = {
	'passwd alice': 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh',
	'passwd 1000': 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh',
	'group 1000': 'wonder:x:1000:alice,hatter',
	'group wonder': 'wonder:x:1000:alice,hatter',
	'group 2000': 'tea:x:2000:alice,dormouse',
	'group tea': 'tea:x:2000:alice,dormouse',
	'initgroups alice': 'alice                 1000 2000',
	'ahosts white.rabbit':
		'192.0.2.7       STREAM white.rabbit\n192.0.2.7       DGRAM  \n2001:db8::7     STREAM \n2001:db8::7     DGRAM  ',
	'ahosts white.local': '192.0.2.8       STREAM white.local',
	'hosts 192.0.2.7': '192.0.2.7       white.rabbit rabbit',
};

/** A script that notes in /tmp/asked what it is asked; `first` is done before all else. */
export function getent(answers: Readonly<Record<string, string>> = known, first = ':'): Files {
	const cases = Object.entries(answers).map(
		([asked, answer]) => `'${asked}') cat <<'END'\n${answer}\nEND\n;;`,
	);
	const content = `#!/bin/sh\n${first}\necho "$*" >>/tmp/asked\ncase "$*" in\n${cases.join('\n')}\n*) exit 2 ;;\nesac\n`;
	return {'/usr/bin/getent': {content, mode: 0o755}};
}
