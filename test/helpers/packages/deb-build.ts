/** Debian packages, made by dpkg-deb from a literal or byte by byte for what dpkg-deb refuses. */
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {pack, type Header} from 'tar-stream';
import {writeTree, type TreeLiteral} from './rpm-build.js';

export interface DebSpec {
	readonly name: string;
	readonly version?: string;
	readonly arch?: string;
	readonly tree?: TreeLiteral;
	/** Further lines of the control file. */
	readonly control?: readonly string[];
	/** Further files of the control archive; scripts are made executable. */
	readonly controlFiles?: Readonly<Record<string, string>>;
	readonly compressor?: 'gzip' | 'xz' | 'zstd' | 'none';
}

/** Build with dpkg-deb into `directory` and name the package. */
export function buildDeb(directory: string, spec: DebSpec): string {
	const top = join(directory, `deb-${spec.name}-${(spec.version ?? '1').replaceAll(':', '_')}`);
	mkdirSync(join(top, 'DEBIAN'), {recursive: true});
	writeTree(top, spec.tree ?? {});
	writeFileSync(join(top, 'DEBIAN', 'control'), controlText(spec));
	for (const [name, text] of Object.entries(spec.controlFiles ?? {})) {
		writeFileSync(join(top, 'DEBIAN', name), text);
		chmodSync(join(top, 'DEBIAN', name), text.startsWith('#!') ? 0o755 : 0o644);
	}

	const file = `${top}.deb`;
	const flags = ['--root-owner-group', `-Z${spec.compressor ?? 'gzip'}`, '--nocheck'];
	execFileSync('dpkg-deb', ['--build', ...flags, top, file], {
		stdio: 'ignore',
		env: {PATH: process.env.PATH, SOURCE_DATE_EPOCH: '1700000000'},
	});
	return file;
}

export function controlText(spec: DebSpec): string {
	return [
		`Package: ${spec.name}`,
		`Version: ${spec.version ?? '1'}`,
		`Architecture: ${spec.arch ?? 'all'}`,
		'Maintainer: a test <test@example.invalid>',
		'Description: made by a test',
		...(spec.control ?? []),
		'',
	].join('\n');
}

export type TarLiteral = readonly (Partial<Header> & {
	readonly name: string;
	readonly text?: string;
})[];

export interface WrittenDeb {
	readonly control?: TarLiteral;
	readonly data?: TarLiteral;
	/** Instead of the three usual members. */
	readonly members?: readonly (readonly [string, Buffer])[];
}

export async function writeDeb(spec: WrittenDeb): Promise<Buffer> {
	const control = spec.control ?? [{name: './control', text: controlText({name: 'made'})}];
	return writeAr(
		spec.members ?? [
			['debian-binary', Buffer.from('2.0\n')],
			['control.tar.gz', gzipSync(await writeTar(control))],
			['data.tar.gz', gzipSync(await writeTar(spec.data ?? []))],
		],
	);
}

export function writeAr(members: readonly (readonly [string, Buffer])[]): Buffer {
	const parts = members.flatMap(([name, bytes]) => [
		Buffer.from(
			`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}` +
				`${String(bytes.length).padEnd(10)}\`\n`,
		),
		bytes,
		Buffer.alloc(bytes.length % 2, '\n'),
	]);
	return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export async function writeTar(entries: TarLiteral): Promise<Buffer> {
	const archive = pack();
	for (const {text, ...header} of entries) {
		archive.entry({mtime: new Date(1700000000_000), ...header}, text ?? '');
	}

	archive.finalize();
	const parts: Buffer[] = [];
	for await (const part of archive) {
		parts.push(part as Buffer);
	}

	return Buffer.concat(parts);
}
