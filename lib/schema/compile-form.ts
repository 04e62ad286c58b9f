/**
 * A published form → the function that holds a value against it.
 *
 * Here as the schema is read. What is installed has the functions instead, as
 * assemble/compiled-forms.ts makes them: to compile the manifest's takes longer than most commands.
 */
import {readFileSync} from 'node:fs';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import {formOptions, type FormName} from './forms.js';

export function compileForm(name: FormName): ValidateFunction {
	const path = new URL(`../../../docs/${name}.schema.json`, import.meta.url);
	const schema = JSON.parse(readFileSync(path).toString()) as object;
	return new Ajv2020(formOptions).compile(schema);
}
