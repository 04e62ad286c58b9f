/**
 * Tell programs from libraries, which share ET_DYN and, where a library can be run, PT_INTERP too.
 */

/** Whether the kernel would start it: an interpreter or no need of one, and not a library. */
export function isProgram(object: {
	readonly type: string;
	readonly interpreter: string | undefined;
	readonly soname: string | undefined;
	readonly flags: {readonly pie: boolean};
	readonly isDynamic: boolean;
}): boolean {
	if (object.type === 'executable' || object.flags.pie) {
		return true;
	}

	// A position-independent executable of before DF_1_PIE; libc.so.6 has an interpreter too.
	return (
		object.type === 'shared' && object.interpreter !== undefined && object.soname === undefined
	);
}
