/** Show what programs name by a path compiled in and nothing brings, each with who names it. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';

export function renderSuspects(findings: readonly FindingRecord[], json: boolean): string {
	const suspects = findings.filter(({code}) => code === 'SUSPECT_LEFT_OUT');
	if (json) {
		const found = suspects.map(({path, message}) => ({path, evidence: message}));
		return `${JSON.stringify({schema: 'dynpk-suspects/1', suspects: found})}\n`;
	}

	if (suspects.length === 0) {
		return 'nothing suspected\n';
	}

	return suspects.map(({path, message}) => `${sanitise(`${path}: ${message}`)}\n`).join('');
}
