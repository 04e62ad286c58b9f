/** Let calls of node:fs fail, as a bad disk or another user's directory makes them: for the rest of a test. */
import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {constants} from 'node:os';
import type {ExecutionContext} from 'ava';

type FailingCall = 'fchmodSync' | 'lstatSync' | 'renameSync' | 'unlinkSync';

export interface Failure {
	readonly errno: keyof typeof constants.errno;
	/** Which calls, by their first argument; all where absent. */
	readonly on?: (argument: string) => boolean;
	/** How often; for ever where absent. */
	readonly times?: number;
}

/** A test that does this runs serially: the calls are those of the whole process. */
export function failCall(
	t: ExecutionContext,
	call: FailingCall,
	{errno, on = () => true, times = Infinity}: Failure,
): void {
	const original = fs[call] as (...words: readonly unknown[]) => unknown;
	let left = times;
	const hindered = (...words: readonly unknown[]): unknown => {
		if (left === 0 || !on(String(words[0]))) return original(...words);
		left -= 1;
		throw Object.assign(new Error(`${errno}: made to fail, ${call}`), {
			code: errno,
			errno: -constants.errno[errno],
			syscall: call.replace('Sync', ''),
		});
	};
	const set = (value: unknown): void => {
		Object.assign(fs, {[call]: value});
		syncBuiltinESMExports();
	};
	set(hindered);
	t.teardown(() => set(original));
}
