/** Roots in which dpkg has installed packages, as far as its database knows. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

export interface MadePackage {
	readonly state?: string;
	readonly architecture?: string;
	readonly multiArch?: 'same';
	/** Further lines of its stanza. */
	readonly fields?: readonly string[];
	readonly files: readonly string[];
	/** Those of them that are really there, as directories. */
	readonly directories?: readonly string[];
}

export function putDpkgDatabase(
	root: string,
	packages: readonly (readonly [string, MadePackage])[],
): void {
	const info = join(root, 'var/lib/dpkg/info');
	mkdirSync(info, {recursive: true});
	const stanzas = packages.map(([name, {state = 'install ok installed', ...facts}]) => {
		const {architecture = 'all', multiArch, fields = [], files} = facts;
		const qualified = multiArch === undefined ? name : `${name}:${architecture}`;
		writeFileSync(join(info, `${qualified}.list`), ['/.', ...files, ''].join('\n'));
		const lines = [
			`Package: ${name}`,
			`Status: ${state}`,
			'Maintainer: nobody',
			`Architecture: ${architecture}`,
			...(multiArch === undefined ? [] : [`Multi-Arch: ${multiArch}`]),
			'Version: 1.0',
			...fields,
			`Description: ${name}`,
		];
		return `${lines.join('\n')}\n`;
	});
	writeFileSync(join(info, 'format'), '1\n');
	writeFileSync(join(root, 'var/lib/dpkg/status'), stanzas.join('\n'));
	for (const path of packages.flatMap(([, {directories = []}]) => directories)) {
		mkdirSync(join(root, path), {recursive: true});
	}
}

/** As many packages, with lists of as many bytes in all: what a workstation has, on any machine. */
export function putLargeDpkgDatabase(root: string, count = 1900, bytes = 21_000_000): void {
	const packages = Array.from({length: count}, (_, number) => {
		const name = `made-up-package-${number}`;
		// A few packages have most of the files: sizes as 1, 1/2, 1/3, … about their mean.
		const share = bytes / count;
		const size = Math.min(share * 40, (share * count) / (number + 1) / Math.log(count));
		const directory = `/usr/share/${name}`;
		const files = ['/usr', '/usr/share', directory];
		for (let at = 0, total = 0; total < size; at++) {
			const file = `${directory}/of-some-length-${at}.html`;
			files.push(file);
			total += file.length + 1;
		}

		return [name, {fields: [...filler], files}] as const;
	});
	putDpkgDatabase(root, packages);
}

const filler = [
	'Section: misc',
	'Depends: made-up-package-1 (>= 2.34), made-up-package-2 | made-up-package-3, made-up-package-4',
	...Array.from({length: 6}, (_, line) => `Made-Up-${line}: words that nobody asks for, in a line`),
];
