/**
 * Write tar archives that no honest program would: every field of every header can be set.
 */
export interface RawMember {
	readonly name: string | Buffer;
	readonly type?: string;
	readonly target?: string;
	readonly mode?: string;
	readonly body?: Buffer;
	/** As stored; the body's length in octal when absent. */
	readonly size?: string | Buffer;
	readonly magic?: string;
	/** Added to the right checksum. */
	readonly checksumOff?: number;
}

/** The members, then the two empty blocks that end an archive. */
export function rawTar(members: readonly RawMember[]): Buffer {
	return Buffer.concat([...members.map(rawMember), Buffer.alloc(1024)]);
}

export function rawMember(member: RawMember): Buffer {
	const body = member.body ?? Buffer.alloc(0);
	const header = Buffer.alloc(512);
	const put = (text: string | Buffer, at: number): void => {
		header.set(typeof text === 'string' ? Buffer.from(text) : text, at);
	};
	put(member.name, 0);
	put(member.mode ?? '0000755\0', 100);
	put('0000000\0', 108);
	put('0000000\0', 116);
	put(member.size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124);
	put('00000000001\0', 136);
	put('        ', 148);
	put(member.type ?? '0', 156);
	put(member.target ?? '', 157);
	put(member.magic ?? 'ustar\x0000', 257);
	const sum = header.reduce((total, byte) => total + byte, 0) + (member.checksumOff ?? 0);
	put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

export function paxMember(records: string): RawMember {
	return {name: 'PaxHeader', type: 'x', body: Buffer.from(records)};
}

/** One record with the length it needs, which counts its own digits. */
export function paxRecord(key: string, value: string): string {
	const rest = Buffer.byteLength(` ${key}=${value}\n`);
	let length = rest;
	while (length !== rest + String(length).length) length = rest + String(length).length;
	return `${length} ${key}=${value}\n`;
}
