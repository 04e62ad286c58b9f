/** The file of a snap's program, as its own `meta/snap.yaml` has it (snapcraft, “snap.yaml schema”). */
import {posix} from 'node:path';
import {sysrootPath} from '../paths/paths.js';
import {SETTING_LIMIT, type Redirector} from './redirector.js';

/** `/snap/bin/SNAP.APP`, or `/snap/bin/SNAP` for the one of its name; an alias is nobody's to tell. */
export function snapProgram({path, sysroot}: Redirector): string | undefined {
	const [snap = '', app = snap] = posix.basename(path).split('.');
	const home = posix.join(posix.dirname(posix.dirname(path)), snap, 'current');
	const file = sysrootPath(posix.join(home, 'meta/snap.yaml'));
	const text = sysroot.read(file, SETTING_LIMIT)?.toString('utf8') ?? '';
	const apps = /^apps:\n(?<apps>(?:[ \t]+.*\n|\n)*)/mu.exec(text)?.groups?.apps ?? '';
	const name = app.replaceAll(/[^\w-]/gu, '');
	const own = new RegExp(`^(?<indent> +)${name}:\\n(?<lines>(?:\\k<indent> .*\\n|\\n)*)`, 'mu');
	const lines = own.exec(apps)?.groups?.lines ?? '';
	const command = /^ +command: *["']?(?<command>[^\s"']+)/mu.exec(lines)?.groups?.command;
	return command === undefined ? undefined : posix.join(home, command);
}
