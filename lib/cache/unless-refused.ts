/** What others make and remove while it is looked at. */
import {errnoOf} from '../errors/dynpk-error.js';

/** `undefined` where the system refuses to tell: what is gone by now, or is not shown. */
export function unlessRefused<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (errnoOf(error) === undefined) {
			throw error;
		}
		return undefined;
	}
}
