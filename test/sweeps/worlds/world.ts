/** An installation that no package owns, made for the sweep; the form is that of `make prefixes`. */
import type {PrefixJob} from '../../prefixes/prefix-job.js';

export interface World extends PrefixJob {
	/** What it is a copy of, below the home of who makes it: the first whose name begins so. The build has it as $FROM. */
	readonly from?: string;
}
