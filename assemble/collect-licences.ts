/** The licence texts of the packages whose code is in the bundle, in one text that travels with it. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

interface PackageFacts {
	readonly name: string;
	readonly version: string;
	readonly license?: string;
}

/** `inputs` are the bundled files, relative to `root`; those of dynpk itself are left out. */
export function collectLicences(root: string, inputs: readonly string[]): string {
	const directories = new Set(
		inputs.flatMap(
			input => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u.exec(input)?.slice(0, 1) ?? [],
		),
	);
	const texts = [...directories].sort().map(directory => licenceOf(join(root, directory)));
	return `dynpk contains code of the following packages.\n\n${[...texts, zstdLicence(root)].join('\n')}`;
}

/** Of what compresses for `.run` files, and of what unpacks them. */
function zstdLicence(root: string): string {
	const zstd = join(root, 'node_modules/zstd-napi/deps/zstd');
	return entryOf('zstd', readFileSync(join(zstd, 'LICENSE'), 'utf8'));
}

/** @throws where a package states no licence at all. */
function licenceOf(directory: string): string {
	const facts = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageFacts;
	const file = readdirSync(directory).find(name => /^licen[cs]e(?:$|[.-])/iu.test(name));
	if (file === undefined && facts.license === undefined) {
		throw new Error(`${facts.name} has no licence`);
	}

	const text =
		file === undefined
			? `License: ${facts.license ?? ''}`
			: readFileSync(join(directory, file), 'utf8').trim();
	return entryOf(`${facts.name} ${facts.version}`, text);
}

function entryOf(title: string, text: string): string {
	return `${'='.repeat(72)}\n${title}\n${'='.repeat(72)}\n\n${text.trim()}\n`;
}
