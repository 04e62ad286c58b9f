/**
 * Files that hold secrets, and travel only where the user names them: in a user's own trees by a data
 * file of names (a umask of 077 says nothing there), of packages by their mode.
 */
import {quote} from '../launcher/shell-quote.js';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import privateFiles from './data/private-files.json' with {type: 'json'};
import type {PayloadFinding} from './payload.js';

interface PrivateRule {
	readonly matches: PathPattern;
	/** What has to stand in it, where the name alone says too little. */
	readonly holds: RegExp | undefined;
	readonly reason: string;
}

const rules: readonly PrivateRule[] = privateFiles.map(({pattern, holds, reason}) => ({
	matches: pathPattern(pattern, {dot: true}),
	holds: holds === undefined ? undefined : new RegExp(holds, 'imu'),
	reason,
}));
const isNamed = pathPattern(
	privateFiles.map(({pattern}) => pattern),
	{dot: true},
);

/** Of settings, far beyond any. */
const SETTINGS_LIMIT = 1 << 20;

/** Why a file of a user's tree, or a link to one, stays behind. */
export function privateInTree(path: SysrootPath, sysroot: Sysroot): PayloadFinding | undefined {
	const real = sysroot.realPath(path) ?? path;
	const names = real === path ? [path] : [path, real];
	if (!names.some(isNamed)) {
		return undefined;
	}

	const rule = rules.find(
		({matches, holds}) =>
			names.some(matches) &&
			(holds?.test(sysroot.read(path, SETTINGS_LIMIT)?.toString('latin1') ?? '') ?? true),
	);
	return rule && leftOut(path, `it ${rule.reason}`);
}

/** To read, or to start: what all may start has nothing to hide. */
const OPEN_TO_ALL = 0o005;

/** Why a file that an installed package lists stays behind. */
export function privateOfPackage(path: SysrootPath, sysroot: Sysroot): PayloadFinding | undefined {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && (status.mode & OPEN_TO_ALL) === 0
		? leftOut(path, 'not all users of this machine may read it')
		: undefined;
}

/** Said of no file that travels for another reason. */
export const PRIVATE_LEFT_OUT = 'PRIVATE_LEFT_OUT';

function leftOut(path: SysrootPath, why: string): PayloadFinding {
	return {
		code: PRIVATE_LEFT_OUT,
		path,
		message: `left out because ${why}; --with ${quote(path)} takes it along`,
	};
}
