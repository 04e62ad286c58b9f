/**
 * Compiled Python that stays valid whatever time its source file has in a bundle.
 *
 * A `.pyc` file usually records the time of its source, and all times in a bundle are one. PEP 552
 * knows a form that is not checked against the source at all: flag bit 0 set, bit 1 clear, and eight
 * bytes that nobody looks at. Without it a read-only bundle would be compiled anew at every start.
 */

const HEADER = 16;
const TIMESTAMP_BASED = 0;
const UNCHECKED_HASH_BASED = 1;

/** What the file becomes in a bundle; anything but a timestamp-based `.pyc` comes back as it is. */
export function uncheckedPyc(bytes: Buffer): Buffer {
	// Bytes 2 and 3 of every magic number since Python 1.5 are CR LF; flags exist since 3.7 (3390).
	const isPyc = bytes.length >= HEADER && bytes.readUInt16LE(2) === 0x0a0d;
	const hasFlags = isPyc && bytes.readUInt16LE(0) >= 3390 && bytes.readUInt16LE(0) < 20_000;
	if (!hasFlags || bytes.readUInt32LE(4) !== TIMESTAMP_BASED) {
		return bytes;
	}

	const unchecked = Buffer.from(bytes);
	unchecked.writeUInt32LE(UNCHECKED_HASH_BASED, 4);
	unchecked.fill(0, 8, HEADER);
	return unchecked;
}
