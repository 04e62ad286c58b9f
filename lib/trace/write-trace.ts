/** A trace → its file, whole or not at all; one record a line, so that two can be compared. */
import {renameSync, rmSync, writeFileSync} from 'node:fs';
import {faultFromErrno} from '../errors/dynpk-error.js';
import type {TraceEvidence} from '../inputs/trace-evidence.js';
import type {HostPath} from '../paths/paths.js';

/** @throws {DynpkError} NO_SPACE, PERMISSION, IO */
export function writeTrace(file: HostPath, evidence: TraceEvidence): void {
	const beside = `${file}.${process.pid}.new`;
	try {
		writeFileSync(beside, encode(evidence), {flag: 'wx', mode: 0o666});
		renameSync(beside, file);
	} catch (error) {
		rmSync(beside, {force: true});
		throw faultFromErrno(error, `cannot write ${file}`);
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
