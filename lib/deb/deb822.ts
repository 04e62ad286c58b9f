/**
 * The format of Debian's control data: paragraphs of fields (deb822(5)).
 *
 * One parser for a package's control file, an index of thousands of packages and dpkg's status
 * file. Field names are compared without case, so they are kept in lower case.
 */
import {DebError} from './deb-error.js';

export type Paragraph = ReadonlyMap<string, string>;

/** Parse text that holds whole paragraphs. `fields` keeps only those, in lower case. */
export function parseDeb822(
	text: string,
	origin: string,
	fields?: ReadonlySet<string>,
): readonly Paragraph[] {
	const paragraphs: Paragraph[] = [];
	let paragraph = new Map<string, string>();
	let field: string | undefined;
	for (const line of splitLines(text)) {
		if (line.trim() === '') {
			if (paragraph.size > 0) {
				paragraphs.push(paragraph);
				paragraph = new Map();
			}

			field = undefined;
		} else if (line.startsWith(' ') || line.startsWith('\t')) {
			const value = field === undefined ? undefined : paragraph.get(field);
			if (field === undefined) {
				throw new DebError('DEB_INVALID', 'a line continues no field', {package: origin});
			}

			if (value !== undefined) {
				paragraph.set(field, `${value}\n${line.slice(1)}`);
			}
		} else if (!line.startsWith('#')) {
			field = addField(paragraph, line, origin, fields);
		}
	}

	if (paragraph.size > 0) {
		paragraphs.push(paragraph);
	}

	return paragraphs;
}

/** A hundred times the longest there is. */
const LONGEST_PARAGRAPH = 16 << 20;

/** Parse a stream paragraph by paragraph, holding one chunk of text at a time. */
export async function* readDeb822(
	chunks: AsyncIterable<Uint8Array>,
	origin: string,
	fields?: ReadonlySet<string>,
): AsyncGenerator<Paragraph> {
	const decoder = new TextDecoder();
	let held = '';
	for await (const chunk of chunks) {
		held += decoder.decode(chunk, {stream: true});
		const end = held.lastIndexOf('\n\n');
		if (end !== -1) {
			yield* parseDeb822(held.slice(0, end + 1), origin, fields);
			held = held.slice(end + 2);
		}

		if (held.length > LONGEST_PARAGRAPH) {
			throw new DebError('DEB_INVALID', 'a paragraph does not end', {package: origin});
		}
	}

	yield* parseDeb822(held + decoder.decode(), origin, fields);
}

function* splitLines(text: string): Generator<string> {
	let start = 0;
	while (start < text.length) {
		const end = text.indexOf('\n', start);
		if (end === -1) {
			yield text.slice(start);
			return;
		}

		yield text.slice(start, end);
		start = end + 1;
	}
}

function addField(
	paragraph: Map<string, string>,
	line: string,
	origin: string,
	fields: ReadonlySet<string> | undefined,
): string {
	const colon = line.indexOf(':');
	if (colon < 1) {
		throw new DebError('DEB_INVALID', `not a control field: ${line.slice(0, 80)}`, {
			package: origin,
		});
	}

	const name = line.slice(0, colon).toLowerCase();
	if (paragraph.has(name)) {
		throw new DebError('DEB_INVALID', `the field ${name} appears twice`, {package: origin});
	}

	if (fields === undefined || fields.has(name)) {
		paragraph.set(name, line.slice(colon + 1).trim());
	}

	return name;
}
