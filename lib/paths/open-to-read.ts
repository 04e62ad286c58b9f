/**
 * Open what is meant to be a file and may be anything by now.
 *
 * Nothing is waited for: without O_NONBLOCK a FIFO put in a file's place would hold us for ever. And
 * no terminal becomes ours.
 */
import {constants, openSync} from 'node:fs';

export interface OpenOptions {
	/** Whether a link is followed; by default it is, otherwise it is ELOOP. */
	readonly followsLink?: boolean;
}

/** A descriptor, which is the caller's to close; what open(2) says is thrown as it is. */
export function openToRead(path: string, {followsLink = true}: OpenOptions = {}): number {
	const {O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW} = constants;
	return openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (followsLink ? 0 : O_NOFOLLOW));
}
