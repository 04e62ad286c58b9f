/** Where reading databases of packages may write. Types only. */
import type {HostPath} from '../paths/paths.js';

export interface DatabasePlaces {
	/** dynpk's own directory; without one nothing is remembered for the next time. */
	readonly cache: HostPath | undefined;
	/** Where a private directory can be made. */
	readonly temporary: HostPath;
}
