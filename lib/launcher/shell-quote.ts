import {DynpkError} from '../errors/dynpk-error.js';

/** Quote a string as one shell word that every Bourne shell takes literally. */
export function quote(text: string): string {
	if (text.includes('\0')) {
		throw new DynpkError('PAYLOAD_ESCAPES_ROOT', `${text} holds a NUL byte`);
	}

	return /^[\w./:@%+=-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
