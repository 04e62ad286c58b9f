/**
 * The elements of an XML document in a stream, for repository metadata.
 *
 * saxes parses; what it leaves to its callers is settled here. A document type is refused, so no
 * entity but XML's own five can exist. It holds a tag or a text in memory until its end, and the
 * names of all open elements: both are bounded.
 */
import {SaxesParser} from 'saxes';
import {DynpkError} from '../../errors/dynpk-error.js';

export interface XmlHandler {
	open(name: string, attributes: ReadonlyMap<string, string>): void;
	/** May be called several times for one run of text. */
	text(text: string): void;
	close(name: string): void;
}

/** Characters from one tag to the next; nothing in repository metadata comes near this. */
const MAX_DISTANCE = 1 << 20;
/** Repository metadata has four levels. */
const MAX_DEPTH = 64;

/** @throws {DynpkError} PACKAGE_INDEX_INVALID, and whatever the handler throws. */
export async function readXml(
	chunks: AsyncIterable<Uint8Array>,
	origin: string,
	handler: XmlHandler,
): Promise<void> {
	const parser = new SaxesParser();
	let depth = 0;
	let lastTag = 0;
	parser.on('error', ({message}) => {
		throw invalid(origin, message);
	});
	parser.on('doctype', () => {
		throw invalid(origin, 'it declares a document type');
	});
	parser.on('opentag', ({name, attributes}) => {
		lastTag = parser.position;
		depth++;
		if (depth > MAX_DEPTH) {
			throw invalid(origin, 'its elements are nested too deeply');
		}

		handler.open(name, new Map(Object.entries(attributes)));
	});
	parser.on('closetag', ({name}) => {
		lastTag = parser.position;
		depth--;
		handler.close(name);
	});
	parser.on('text', text => {
		// Around the root there is only white space.
		if (depth > 0) {
			handler.text(text);
		}
	});
	parser.on('cdata', text => handler.text(text));

	const decoder = new TextDecoder();
	for await (const chunk of chunks) {
		parser.write(decoder.decode(chunk, {stream: true}));
		if (parser.position - lastTag > MAX_DISTANCE) {
			throw invalid(origin, 'a tag or a text does not end');
		}
	}

	parser.write(decoder.decode()).close();
}

function invalid(origin: string, problem: string): DynpkError {
	return new DynpkError('PACKAGE_INDEX_INVALID', `${origin} is not valid XML: ${problem}`);
}
