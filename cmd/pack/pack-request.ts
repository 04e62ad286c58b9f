/** Everything `pack` takes from its surroundings, read once. */
import type {PackArguments} from '../pack.js';

export interface PackRequest {
	readonly arguments: PackArguments;
	readonly workingDirectory: string;
	/** Absolute directories of `PATH`, in order. */
	readonly searchPath: readonly string[];
	/** Where private directories may be made. */
	readonly temporaryDirectory: string;
	/** As in the environment variable of the same name. */
	readonly sourceDateEpoch: string | undefined;
	readonly isTerminal: boolean;
}
