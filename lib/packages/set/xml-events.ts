/**
 * The elements of an XML document in a stream, for repository metadata.
 *
 * A subset on purpose: elements, attributes, text, CDATA, comments, the five named entities and
 * numeric ones. A document type is refused, so no entity can expand or fetch anything.
 */
import {DynpkError} from '../../errors/dynpk-error.js';

export interface XmlHandler {
	open(name: string, attributes: ReadonlyMap<string, string>): void;
	/** May be called several times for one run of text. */
	text(text: string): void;
	close(name: string): void;
}

/** No tag of repository metadata comes near this. */
const MAX_TOKEN = 1 << 20;

/** @throws {DynpkError} PACKAGE_INDEX_INVALID */
export async function readXml(
	chunks: AsyncIterable<Uint8Array>,
	origin: string,
	handler: XmlHandler,
): Promise<void> {
	const decoder = new TextDecoder();
	const open: string[] = [];
	let held = '';
	for await (const chunk of chunks) {
		held = consume(held + decoder.decode(chunk, {stream: true}), open, origin, handler);
		if (held.length > MAX_TOKEN) {
			throw invalid(origin, 'a tag does not end');
		}
	}

	const rest = consume(held + decoder.decode(), open, origin, handler);
	if (rest.trim() !== '' || open.length > 0) {
		throw invalid(origin, 'it ends too early');
	}
}

/** Hand over every complete token of `text`; what remains is the beginning of one. */
function consume(text: string, open: string[], origin: string, handler: XmlHandler): string {
	let position = 0;
	for (;;) {
		const start = text.indexOf('<', position);
		if (start === -1) {
			return text.slice(position);
		}

		const end = endOfTag(text, start);
		if (end === undefined) {
			return text.slice(position);
		}

		if (start > position && open.length > 0) {
			handler.text(decodeEntities(text.slice(position, start), origin));
		}

		handleTag(text.slice(start, end), open, origin, handler);
		position = end;
	}
}

function endOfTag(text: string, start: number): number | undefined {
	const [, closing] = specialTags.find(([opening]) => text.startsWith(opening, start)) ?? [];
	if (closing !== undefined) {
		const end = text.indexOf(closing, start);
		return end === -1 ? undefined : end + closing.length;
	}

	for (let position = start + 1; position < text.length; position++) {
		const character = text.charAt(position);
		if (character === '>') {
			return position + 1;
		}

		if (character === '"' || character === "'") {
			position = text.indexOf(character, position + 1);
			if (position === -1) {
				return undefined;
			}
		}
	}

	return undefined;
}

const specialTags = [
	['<!--', '-->'],
	['<![CDATA[', ']]>'],
	['<?', '?>'],
] as const;

function handleTag(tag: string, open: string[], origin: string, handler: XmlHandler): void {
	if (tag.startsWith('<?') || tag.startsWith('<!--')) {
		return;
	}

	if (tag.startsWith('<![CDATA[')) {
		handler.text(tag.slice(9, -3));
		return;
	}

	if (tag.startsWith('<!')) {
		throw invalid(origin, 'it declares a document type');
	}

	if (tag.startsWith('</')) {
		const name = tag.slice(2, -1).trim();
		if (open.pop() !== name) {
			throw invalid(origin, `</${name}> closes nothing`);
		}

		handler.close(name);
		return;
	}

	openElement(tag, open, origin, handler);
}

const ATTRIBUTE = /([^\s=/<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gu;

function openElement(tag: string, open: string[], origin: string, handler: XmlHandler): void {
	const name = /^<([^\s/>]+)/u.exec(tag)?.[1];
	if (name === undefined || open.length > 64) {
		throw invalid(origin, 'a tag is malformed');
	}

	const attributes = new Map<string, string>();
	for (const [, key = '', double, single] of tag.slice(1 + name.length).matchAll(ATTRIBUTE)) {
		attributes.set(key, decodeEntities(double ?? single ?? '', origin));
	}

	handler.open(name, attributes);
	if (tag.endsWith('/>')) {
		handler.close(name);
	} else {
		open.push(name);
	}
}

const entities: Readonly<Record<string, string>> = {
	lt: '<',
	gt: '>',
	amp: '&',
	quot: '"',
	apos: "'",
};

function decodeEntities(text: string, origin: string): string {
	if (!text.includes('&')) {
		return text;
	}

	return text.replace(
		/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));?/gu,
		(whole, decimal, hex, name) => {
			const named = entities[String(name)];
			if (named !== undefined) {
				return named;
			}

			const code = Number.parseInt(String(decimal ?? hex), decimal === undefined ? 16 : 10);
			if (Number.isNaN(code) || code > 0x10ffff) {
				throw invalid(origin, `the entity ${whole} is unknown`);
			}

			return String.fromCodePoint(code);
		},
	);
}

function invalid(origin: string, problem: string): DynpkError {
	return new DynpkError('PACKAGE_INDEX_INVALID', `${origin} is not valid XML: ${problem}`);
}
