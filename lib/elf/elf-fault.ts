/** The two faults of an ELF file: cut short, or saying something that cannot be. */
import {DynpkError} from '../errors/dynpk-error.js';

/** Say that `field` points at bytes the file does not have. */
export function truncatedElf(path: string, field: string, problem: string): DynpkError {
	return new DynpkError('ELF_TRUNCATED', `${path} is cut short: ${field} ${problem}`);
}

/** Say that `field` holds a value no loader could use. */
export function invalidElf(path: string, field: string, problem: string): DynpkError {
	return new DynpkError('ELF_INVALID', `${path} is not a valid ELF file: ${field} ${problem}`);
}
