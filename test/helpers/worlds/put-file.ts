import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Make a file below `root`, and the directories above it; `-> target` makes a link. Returns its path. */
export function putFile(root: string, path: string, content: string): string {
	const place = join(root, path);
	mkdirSync(dirname(place), {recursive: true});
	if (content.startsWith('-> ')) {
		symlinkSync(content.slice(3), place);
	} else {
		writeFileSync(place, content);
	}

	return place;
}
