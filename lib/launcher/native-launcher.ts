/**
 * One program's native launcher: the prebuilt one with that program's launch record behind it.
 *
 * The prebuilt launcher (wrappers/launcher) ends with a placeholder in its last segment. The record
 * takes its place, and the segment grows with it: the kernel then maps the record together with the
 * code, and reading it costs no system call. Nothing else of the launcher changes.
 */
import {growSegment, readElfLayout, type ElfLayout} from '../elf/elf-layout.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LaunchSpec} from './launch-spec.js';
import {encodeLaunchRecord, type SelfPages} from './native-record.js';

const PLACEHOLDER = Buffer.from('DYNPKLR1');

/**
 * Return the bytes of the launcher for `spec`.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where `prebuilt` is no launcher, or one for another CPU.
 */
export function makeNativeLauncher(spec: LaunchSpec, prebuilt: Buffer, self?: SelfPages): Buffer {
	const record = encodeLaunchRecord(spec, self);
	const layout = layoutOf(prebuilt);
	if (layout.machine !== spec.requires.machine && !canOnlyExecute(spec)) {
		throw new DynpkError('UNSUPPORTED_MACHINE', `the launcher is not made for ${spec.program}`);
	}

	const place = prebuilt.lastIndexOf(PLACEHOLDER);
	const launcher = Buffer.concat([prebuilt.subarray(0, place), record]);
	growSegment(launcher, layout, place);
	return launcher;
}

/** A launcher of another class than the program's can still hand over by execve. */
function canOnlyExecute(spec: LaunchSpec): boolean {
	return spec.kind !== 'loader' || spec.strategy === 'exec';
}

function layoutOf(prebuilt: Buffer): ElfLayout {
	const layout = readElfLayout(prebuilt, 'the prebuilt launcher');
	if (layout === undefined || !prebuilt.includes(PLACEHOLDER)) {
		throw new DynpkError('UNSUPPORTED_MACHINE', 'the prebuilt launcher is damaged or missing');
	}

	return layout;
}
