/**
 * Whether a value has one of the published forms, `docs/NAME.schema.json`.
 *
 * What is read so comes from somewhere: until its schema, which also keeps every path clean, has
 * accepted it, it is as hostile as any other file.
 */
import type {ValidateFunction} from 'ajv';
import {compileForm} from './compile-form.js';
import type {FormName} from './forms.js';

/** The first thing that is wrong, `undefined` for a value that has the form. */
export function objectionToForm(name: FormName, value: unknown): string | undefined {
	const validate = validators.get(name) ?? compileForm(name);
	validators.set(name, validate);
	if (validate(value)) {
		return undefined;
	}

	const [error] = validate.errors ?? [];
	return `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim();
}

/** Compiling takes longer than any answer. */
const validators = new Map<FormName, ValidateFunction>();
