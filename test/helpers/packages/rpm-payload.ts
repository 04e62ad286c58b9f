/** The payload of a package as lib/rpm reads it, in the words of rpm-query.ts. */
import {createHash} from 'node:crypto';
import type {DecompressOptions} from '../../../lib/decompress/decompress.js';
import {readRpmPayload} from '../../../lib/rpm/read-payload.js';
import type {RpmPackage} from '../../../lib/rpm/read-rpm.js';
import type {TreeFile} from './rpm-query.js';

export async function describePayload(
	pkg: RpmPackage,
	options: DecompressOptions = {},
): Promise<ReadonlyMap<string, TreeFile>> {
	const found = new Map<string, TreeFile>();
	for await (const {file, links, content} of readRpmPayload(pkg, options)) {
		const digest = createHash('sha256');
		for await (const chunk of content) {
			digest.update(chunk);
		}

		const names = [file, ...links].map(({path}) => absolute(path)).sort();
		for (const member of [file, ...links]) {
			found.set(absolute(member.path), {
				kind: member.kind,
				mode: (member.mode & 0o7777).toString(8),
				content: member.kind === 'file' ? digest.copy().digest('hex') : (member.linkTarget ?? ''),
				sameAs: names[0] ?? '',
			});
		}
	}

	return found;
}

/** Source packages list bare names; cpio unpacks them into the top of its directory. */
function absolute(path: string): string {
	return path.startsWith('/') ? path : `/${path}`;
}
