/** Every object of a closure that somebody asks for, and the root. */
import type {LinkMapEntry} from '../loader/loader-search.js';
import type {Closure} from './closure.js';

/** Each once, variants for other processors left out. A program without libraries has its loader beside the link map. */
export function objectsOf({linkMap, further, interpreter, edges}: Closure): LinkMapEntry[] {
	const loader = edges.find(({to}) => to === interpreter)?.to;
	return [...new Set([...linkMap, ...further, ...(loader === undefined ? [] : [loader])])];
}
