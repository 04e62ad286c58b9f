/** The places that a stack names in chunks, told as places in the sources, by the maps beside the chunks. */
import {readFileSync} from 'node:fs';
import {SourceMap, type SourceMapPayload} from 'node:module';

/** Places elsewhere, and those without a map, stay as they are. */
export function nameSources(stack: string): string {
	const maps = new Map<string, SourceMap | undefined>();
	const mapOf = (file: string): SourceMap | undefined => {
		if (!maps.has(file)) {
			maps.set(file, readMap(`${file}.map`));
		}

		return maps.get(file);
	};
	return stack.replace(
		/(?<=^ +at (?:.* \()?)(\/[^\n]*\.cjs):(\d+):(\d+)(?=\)?$)/gmu,
		(place, file: string, line: string, column: string) => {
			const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
			if (entry === undefined || !('originalSource' in entry)) {
				return place;
			}

			const source = entry.originalSource.replace(/^(?:\.\.\/)+/u, '');
			return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
		},
	);
}

function readMap(file: string): SourceMap | undefined {
	try {
		return new SourceMap(JSON.parse(readFileSync(file).toString()) as SourceMapPayload);
	} catch {
		return undefined;
	}
}
