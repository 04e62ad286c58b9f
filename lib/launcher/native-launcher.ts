/**
 * One program's native launcher: the prebuilt one with that program's launch record behind it.
 *
 * The prebuilt launcher (wrappers/launcher) ends with a placeholder in its last segment. The record
 * takes its place, and the segment grows with it: the kernel then maps the record together with the
 * code, and reading it costs no system call. Nothing else of the launcher changes.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {LaunchSpec} from './launch-spec.js';
import {encodeLaunchRecord, type SelfPages} from './native-record.js';

const PLACEHOLDER = Buffer.from('DYNPKLR1');
const PT_LOAD = 1;

interface Layout {
	readonly is64: boolean;
	readonly headersOffset: number;
	readonly headerSize: number;
	readonly headerCount: number;
}

/**
 * Return the bytes of the launcher for `spec`.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where `prebuilt` is no launcher, or one for another CPU.
 */
export function makeNativeLauncher(spec: LaunchSpec, prebuilt: Buffer, self?: SelfPages): Buffer {
	const record = encodeLaunchRecord(spec, self);
	const layout = readLayout(prebuilt);
	if (prebuilt.readUInt16LE(18) !== spec.requires.machine && !canOnlyExecute(spec)) {
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

function readLayout(prebuilt: Buffer): Layout {
	const isElf = prebuilt.length > 64 && prebuilt.readUInt32BE(0) === 0x7f454c46;
	if (!isElf || !prebuilt.includes(PLACEHOLDER)) {
		throw new DynpkError('UNSUPPORTED_MACHINE', 'the prebuilt launcher is damaged or missing');
	}

	const is64 = prebuilt[4] === 2;
	return {
		is64,
		headersOffset: is64 ? Number(prebuilt.readBigUInt64LE(32)) : prebuilt.readUInt32LE(28),
		headerSize: is64 ? 56 : 32,
		headerCount: prebuilt.readUInt16LE(is64 ? 56 : 44),
	};
}

/** Make the segment that holds file offset `place` reach to the file's end; drop the section table. */
function growSegment(launcher: Buffer, layout: Layout, place: number): void {
	for (let index = 0; index < layout.headerCount; index++) {
		const at = layout.headersOffset + index * layout.headerSize;
		const word = (offset: number): number =>
			layout.is64
				? Number(launcher.readBigUInt64LE(at + offset))
				: launcher.readUInt32LE(at + offset / 2);
		const start = word(8);
		if (launcher.readUInt32LE(at) === PT_LOAD && start <= place && place < start + word(32)) {
			const size = launcher.length - start;
			for (const offset of [32, 40]) {
				if (layout.is64) {
					launcher.writeBigUInt64LE(BigInt(size), at + offset);
				} else {
					launcher.writeUInt32LE(size, at + offset / 2);
				}
			}
		}
	}

	// e_shoff, e_shnum and e_shstrndx: the table lay behind the placeholder and is gone.
	launcher.fill(0, layout.is64 ? 40 : 32, layout.is64 ? 48 : 36);
	launcher.fill(0, layout.is64 ? 60 : 48, layout.is64 ? 64 : 52);
}
