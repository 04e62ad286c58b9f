/** The closure of a file that needs no loader: itself. */
import type {ElfObject} from '../elf/elf-object.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Closure} from './closure.js';

export function closureOfStatic(object: ElfObject, path: SysrootPath): Closure {
	const entry = {object, path, loader: undefined, program: undefined};
	return {
		linkMap: [entry],
		further: [],
		variants: [],
		interpreter: undefined,
		edges: [],
		unresolved: [],
	};
}
