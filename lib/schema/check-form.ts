/**
 * Whether a value has one of the published forms, `docs/NAME.schema.json`.
 *
 * What is read so comes from somewhere: until its schema, which also keeps every path clean, has
 * accepted it, it is as hostile as any other file.
 */
import {readFileSync} from 'node:fs';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';

export type FormName = 'manifest-v1' | 'trace-v1' | 'host-v1';

/** The first thing that is wrong, `undefined` for a value that has the form. */
export function objectionToForm(name: FormName, value: unknown): string | undefined {
	const validate = validators.get(name) ?? compile(name);
	validators.set(name, validate);
	if (validate(value)) {
		return undefined;
	}

	const [error] = validate.errors ?? [];
	return `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim();
}

/** Compiling takes longer than any answer. */
const validators = new Map<FormName, ValidateFunction>();

function compile(name: FormName): ValidateFunction {
	const path = new URL(`../../../docs/${name}.schema.json`, import.meta.url);
	const schema = JSON.parse(readFileSync(path).toString()) as object;
	return new Ajv2020({strict: true, strictRequired: false, allowUnionTypes: true}).compile(schema);
}
