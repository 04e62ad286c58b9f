/**
 * Make text that came out of a file fit to print.
 *
 * A soname, a path or a package field can hold terminal escapes. Whatever is shown to a person
 * passes through here; what is stored or compared never does.
 */

// C0, DEL and C1 controls, the line separators and the bidirectional overrides.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Replace each control character by a visible `\xNN` or `\u{NNNN}`. */
export function sanitise(text: string): string {
	return text.replace(UNPRINTABLE, character => {
		const code = character.codePointAt(0) ?? 0;
		return code < 256
			? `\\x${code.toString(16).padStart(2, '0')}`
			: `\\u{${code.toString(16).padStart(4, '0')}}`;
	});
}
