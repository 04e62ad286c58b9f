/** What a reader of the product throws where it refuses; all else that is thrown is a fault of it. */
import {DebError} from '../../../lib/deb/deb-error.js';
import {DecompressError} from '../../../lib/decompress/decompress-error.js';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {RpmError} from '../../../lib/rpm/rpm-error.js';

const ours = [DynpkError, RpmError, DebError, DecompressError] as const;

export function isRefusal(error: unknown): boolean {
	return ours.some(kind => error instanceof kind);
}
