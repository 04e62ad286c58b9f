/** What there is to try: the formats and the ordeals, a file each. */
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Format} from './format.js';
import type {Ordeal} from './ordeal.js';

/** What a file of either directory exports. */
export type TrialModule = {readonly format: Format} | {readonly ordeal: Ordeal};

export interface ListedTrial {
	/** The name of its file, which is what FORMATS takes. */
	readonly file: string;
	/** Its module, from here. */
	readonly module: string;
	readonly trial: Format | Ordeal;
	/** How many inputs `make torture` tries where nobody says. */
	readonly usualInputs: number;
}

const INPUTS_A_FORMAT = 50_000;

/** The formats and then the ordeals, by name. */
export async function listTrials(): Promise<readonly ListedTrial[]> {
	const modules = ['../formats', '../ordeals'].flatMap(directory =>
		readdirSync(fileURLToPath(new URL(directory, import.meta.url)))
			.filter(name => name.endsWith('.js'))
			.sort()
			.map(name => `${directory}/${name}`),
	);
	return Promise.all(modules.map(listTrial));
}

async function listTrial(module: string): Promise<ListedTrial> {
	const file = module.replace(/^.*\/|\.js$/gu, '');
	const exported = (await import(module)) as TrialModule;
	return 'format' in exported
		? {file, module, trial: exported.format, usualInputs: INPUTS_A_FORMAT}
		: {file, module, trial: exported.ordeal, usualInputs: exported.ordeal.inputs ?? Infinity};
}
