/**
 * One program's native launcher: the prebuilt one with that program's launch record behind it.
 *
 * The prebuilt launcher (wrappers/launcher) ends with a placeholder in its last segment. The record
 * takes its place, and the segment grows with it: the kernel then maps the record together with the
 * code, and reading it costs no system call. A mark ends it, by which the launcher knows that all of
 * it is there; the kernel reads a copy of the program headers, behind the code that looks for the mark
 * (wrappers/launcher/whole.c). Nothing else of the launcher changes.
 */
import {copyProgramHeaders, growSegment, readElfLayout, type ElfLayout} from '../elf/elf-layout.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LaunchSpec} from './launch-spec.js';
import {encodeLaunchRecord, type SelfPages} from './native-record.js';

const PLACEHOLDER = Buffer.from('DYNPKLR3');
const HEADERS_PLACE = Buffer.from('DYNPKHDR');
const END = Buffer.from('DYNPKEND');

/**
 * Return the bytes of the launcher for `spec`.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where `prebuilt` is no launcher, or one for another CPU.
 */
export function makeNativeLauncher(spec: LaunchSpec, prebuilt: Buffer, self?: SelfPages): Buffer {
	const {machine} = layoutOf(prebuilt);
	if (machine !== spec.requires.machine && !canOnlyExecute(spec)) {
		throw new DynpkError('UNSUPPORTED_MACHINE', `the launcher is not made for ${spec.program}`);
	}

	return placeRecord(encodeLaunchRecord(spec, self), prebuilt);
}

/** The launcher with these bytes for a record, whatever they are. */
export function placeRecord(record: Buffer, prebuilt: Buffer): Buffer {
	const layout = layoutOf(prebuilt);
	const place = prebuilt.lastIndexOf(PLACEHOLDER);
	const launcher = Buffer.concat([prebuilt.subarray(0, place), record, END]);
	growSegment(launcher, layout, place);
	copyProgramHeaders(launcher, layout, prebuilt.indexOf(HEADERS_PLACE));
	return launcher;
}

/** A launcher of another class than the program's can still hand over by execve. */
function canOnlyExecute(spec: LaunchSpec): boolean {
	return spec.kind !== 'loader' || spec.strategy === 'exec';
}

function layoutOf(prebuilt: Buffer): ElfLayout {
	const layout = readElfLayout(prebuilt, 'the prebuilt launcher');
	if (
		layout === undefined ||
		!prebuilt.includes(PLACEHOLDER) ||
		!prebuilt.includes(HEADERS_PLACE)
	) {
		throw new DynpkError('UNSUPPORTED_MACHINE', 'the prebuilt launcher is damaged or missing');
	}

	return layout;
}
