/**
 * What a trace saw and a bundle must not get by itself: files of this machine and private ones, by a
 * data file that says why, what in a home is no software, and private keys by what they hold.
 */
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {makePrivacy} from './home-software.js';
import traceRules from './data/trace-rules.json' with {type: 'json'};

export interface TraceObstacle {
	/** Whose it is: what is the host's nobody misses, what is the user's they may want after all. */
	readonly owner: 'host' | 'user';
	readonly reason: string;
}

interface TraceRule extends TraceObstacle {
	readonly matches: PathPattern;
}

const rules: readonly TraceRule[] = traceRules.map(({pattern, owner, reason}) => ({
	matches: pathPattern(pattern, {dot: true}),
	owner: owner === 'host' ? ('host' as const) : ('user' as const),
	reason,
}));

const isUsuallyPrivate = makePrivacy({home: undefined, programs: [], objects: []});

/** Keys are small; a certificate may stand before one. */
const KEY_FILE_LIMIT = 65_536;
const PRIVATE_KEY = /^-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\r?$/mu;

/** Why a traced path stays behind, by its own name or that of the file it leads to. */
export function traceObstacle(
	path: SysrootPath,
	/** Whether it lies in a home and is the user's; where no run tells, by the usual homes. */
	isPrivate: ((path: SysrootPath) => boolean) | undefined,
	sysroot: Sysroot,
): TraceObstacle | undefined {
	const names = [path, sysroot.realPath(path) ?? path];
	const rule = rules.find(({matches}) => names.some(name => matches(name)));
	if (rule !== undefined) {
		return {owner: rule.owner, reason: rule.reason};
	}

	if (names.some(isPrivate ?? isUsuallyPrivate)) {
		return {owner: 'user', reason: 'lies in a home directory'};
	}

	const head = sysroot.read(path, KEY_FILE_LIMIT)?.toString('latin1');
	return head !== undefined && PRIVATE_KEY.test(head)
		? {owner: 'user', reason: 'holds a private key'}
		: undefined;
}
