/** Members of directories that cannot work here: findings, which `--strict` makes one fault. */
import {DynpkError} from '../errors/dynpk-error.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {SPARE_MISSING} from './settle-missing.js';

const unusable = new Set([
	'SCRIPT_NOT_STARTED_HERE',
	'FOREIGN_OBJECT',
	'UNREADABLE_LEFT_OUT',
	SPARE_MISSING,
]);

/** @throws {DynpkError} MEMBER_UNUSABLE, with all of them */
export function refuseUnusable(findings: readonly FindingRecord[]): void {
	const details = findings
		.filter(({code}) => unusable.has(code))
		.map(({path, message}) => `${path}: ${message}`);
	if (details.length > 0) {
		throw new DynpkError(
			'MEMBER_UNUSABLE',
			`of what would travel, ${details.length} cannot work here`,
			{
				details,
				hint: 'leave a file out with --exclude PATH, or pack without --strict',
			},
		);
	}
}
