/** A trace → its file, whole or not at all; one record a line, so that two can be compared. */
import {stageFile} from '../archive/staged-output.js';
import type {HostPath} from '../paths/paths.js';
import type {TraceEvidence} from './trace-evidence.js';

/** Find out before a long run whether there will be a place for its trace. @throws {DynpkError} as `writeTrace` does */
export function assertWritable(file: HostPath): void {
	stageFile(file, {replaces: true}).discard();
}

/**
 * An older trace of that name is replaced.
 *
 * @throws {DynpkError} OUTPUT_EXISTS for what is no regular file, NO_SPACE, PERMISSION, IO
 */
export function writeTrace(file: HostPath, evidence: TraceEvidence): void {
	const staged = stageFile(file, {replaces: true});
	try {
		staged.write(Buffer.from(encode(evidence)));
		staged.publish();
	} finally {
		staged.discard();
	}
}

function encode(evidence: TraceEvidence): string {
	const fields = Object.entries(evidence).filter(([, value]) => value !== undefined);
	const lines = fields.map(([name, value]: [string, unknown]) => {
		const isTable = Array.isArray(value) && name !== 'command' && value.length > 0;
		const text = isTable
			? `[\n${value.map(item => `  ${JSON.stringify(item)}`).join(',\n')}\n ]`
			: JSON.stringify(value);
		return ` ${JSON.stringify(name)}: ${text}`;
	});
	return `{\n${lines.join(',\n')}\n}\n`;
}
