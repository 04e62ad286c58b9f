/** For esbuild: lib/schema/compile-form.ts with its answers in the place of the compiler. */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import type {Plugin} from 'esbuild';
import {formNames, formOptions} from '../lib/schema/forms.js';

type MakeCode = (ajv: Ajv2020, exported: Readonly<Record<string, string>>) => string;

/** Typed as the module's namespace, which for CommonJS is not what is imported. */
const {default: makeCode} = createRequire(import.meta.url)('ajv/dist/standalone') as {
	readonly default: MakeCode;
};

export function compiledForms(root: string): Plugin {
	return {
		name: 'compiled-forms',
		setup(build) {
			// The filter is matched by Go, which knows no flags.
			build.onLoad({filter: /[/]lib[/]schema[/]compile-form[.]ts$/}, ({path}) => ({
				contents: codeOfForms(root),
				loader: 'js',
				resolveDir: dirname(path),
			}));
		},
	};
}

function codeOfForms(root: string): string {
	const ajv = new Ajv2020({...formOptions, code: {source: true, esm: true}});
	for (const name of formNames) {
		const schema = readFileSync(join(root, `docs/${name}.schema.json`)).toString();
		ajv.addSchema(JSON.parse(schema) as object, name);
	}

	const exported = Object.fromEntries(formNames.map((name, at) => [`form${at}`, name]));
	const rows = formNames.map((name, at) => `${JSON.stringify(name)}: form${at}`);
	return [
		makeCode(ajv, exported),
		`const forms = {${rows.join(', ')}};`,
		'export function compileForm(name) { return forms[name]; }',
	].join('\n');
}
