/** A merged cluster as a page: what all its hosts have, and who differs. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {HostFacts, Outlier} from '../../lib/host/host-facts.js';

export function renderCluster(facts: HostFacts): string {
	const {hosts = [], outliers = [], kernel, cpu, libc, libraries} = facts;
	const nodes = libraries.flatMap(({highest}) =>
		Object.entries(highest).map(([family, number]) => `${family}_${number}`),
	);
	const lines = [
		`${hosts.length} hosts: ${hosts.join(', ')}`,
		'all of them have',
		`  Linux ${kernel.release} or newer, pages of ${kernel.pageSize} bytes or fewer`,
		`  ${cpu.architecture}${cpu.level === null ? '' : `, x86-64-v${cpu.level} or better`}`,
		`  ${libc.kind ?? 'no libc that all know'}${libc.version === null ? '' : ` ${libc.version}`}`,
		...(nodes.length === 0 ? [] : [`  ${nodes.join(', ')}`]),
		...(outliers.length === 0 ? ['they are alike'] : ['different from most', ...rows(outliers)]),
	];
	return `${lines.map(line => sanitise(line)).join('\n')}\n`;
}

function inWords(value: Outlier['value']): string {
	switch (value) {
		case null:
			return 'none';
		case true:
			return 'yes';
		case false:
			return 'no';
		default:
			return String(value);
	}
}

function rows(outliers: readonly Outlier[]): string[] {
	const width = Math.max(...outliers.map(({fact}) => fact.length)) + 2;
	return outliers.map(
		({fact, value, hosts}) => `  ${fact.padEnd(width)}${inWords(value)} on ${hosts.join(', ')}`,
	);
}
