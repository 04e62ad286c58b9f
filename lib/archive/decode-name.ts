/** Bytes of a name → text, where every name that is not UTF-8 is refused rather than altered. */
export type Refuse = (reason: string) => never;

const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

export function decodeName(bytes: Buffer, refuse: Refuse): string {
	try {
		return decoder.decode(bytes);
	} catch {
		return refuse(`a name that is not UTF-8: ${JSON.stringify(bytes.toString('latin1'))}`);
	}
}
