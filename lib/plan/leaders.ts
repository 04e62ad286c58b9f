/**
 * Libraries that refuse a program where any other object stands before them.
 *
 * What a launcher preloads would: so they are preloaded first. The list is data, each with its reason.
 */
import type {ElfObject} from '../elf/elf-object.js';
import rows from './data/leaders.json' with {type: 'json'};

const patterns = rows.map(({soname}) => new RegExp(soname, 'u'));

/** Of the names that the program needs itself, in its order. */
export function leadersOf({needed}: Pick<ElfObject, 'needed'>): readonly string[] {
	return needed.filter(soname => patterns.some(pattern => pattern.test(soname)));
}
