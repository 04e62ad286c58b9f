/** Show a package file: what it is, needs, offers, would run, and brings. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {PackageFacts, ScriptletFacts} from '../../lib/inspect/package-facts.js';

export function renderPackage(facts: PackageFacts, json: boolean): string {
	if (json) {
		const files = facts.files.map(file =>
			'mode' in file ? {...file, mode: octal(file.mode)} : file,
		);
		return `${JSON.stringify({schema: 'dynpk-inspect/1', kind: 'package', ...facts, files})}\n`;
	}

	const {manager, id, summary, license, files, bytes} = facts;
	const lines = [
		`package ${id} (${manager})${summary === undefined ? '' : `: ${summary}`}`,
		...(license === undefined ? [] : [`license: ${license}`]),
		...section('requires', facts.requires),
		...section('provides', facts.provides),
		...section('conflicts', facts.conflicts),
		...section('scriptlets, never run', facts.scriptlets.flatMap(scriptletLines)),
		...section('files', files.map(fileLine)),
		'',
		`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`,
	];
	return `${lines.map(line => sanitise(line)).join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)];
}

function scriptletLines({name, interpreter, matters}: ScriptletFacts): string[] {
	return [
		interpreter === undefined ? name : `${name} (${interpreter})`,
		...matters.map(line => `  ${line}`),
	];
}

const MODE_WIDTH = 4;
const SIZE_WIDTH = 10;

function fileLine(file: PackageFacts['files'][number]): string {
	const columns = (mode: string, size: string): string =>
		`${mode.padStart(MODE_WIDTH)} ${size.padStart(SIZE_WIDTH)} ${file.path}`;
	switch (file.kind) {
		case 'file':
			return columns(octal(file.mode), String(file.size));
		case 'directory':
			return `${columns(octal(file.mode), '')}/`;
		case 'symlink':
			return `${columns('', '')} -> ${file.target}`;
		case 'special':
			return `${columns('', '')} (${file.what.replace('-', ' ')})`;
	}
}

function octal(mode: number): string {
	return mode.toString(8).padStart(MODE_WIDTH, '0');
}
