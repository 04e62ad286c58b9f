/** Make the check sums of tar headers right again, wherever in the bytes such headers lie. */
const MAGIC = Buffer.from('ustar');
const [MAGIC_AT, SUM_AT, SUM_LENGTH, BLOCK] = [257, 148, 8, 512];

export function settleTar(damaged: Buffer): Buffer {
	const settled = Buffer.from(damaged);
	for (let at = settled.indexOf(MAGIC); at !== -1; at = settled.indexOf(MAGIC, at + 1)) {
		const header = settled.subarray(Math.max(0, at - MAGIC_AT), at - MAGIC_AT + BLOCK);
		if (at < MAGIC_AT || header.length < BLOCK) continue;
		header.fill(' ', SUM_AT, SUM_AT + SUM_LENGTH);
		const sum = header.reduce((total, byte) => total + byte, 0);
		header.write(`${sum.toString(8).padStart(6, '0')}\0 `, SUM_AT, 'latin1');
	}

	return settled;
}
