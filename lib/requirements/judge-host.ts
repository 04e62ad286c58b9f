/** Requirements, held against what one host told of itself. */
import {leadingNumber} from '../host/oldest-version.js';
import type {HostFacts, Outlier} from '../host/host-facts.js';
import type {Distribution} from './distributions.js';
import {compareNodes, type Need, type Requirements} from './requirements.js';
import {judge, type Reason, type Verdict} from './verdicts.js';

export interface HostSubject {
	readonly name: string;
	readonly requirements: Requirements;
	/** As `uname -m` has it; `undefined` where nothing of it is for a machine. */
	readonly architecture: string | undefined;
	/** Whether it brings its own loader and libraries. */
	readonly isBundle: boolean;
	/** Who asks for musl's loader. */
	readonly musl: Need | undefined;
}

export function judgeHost(subject: HostSubject, host: HostFacts): Verdict {
	const distribution = releaseOf(host);
	const {reasons} = judge(subject.requirements, distribution);
	const told = reasons.map(reason => ({...reason, has: withOutliers(reason, host)}));
	return {
		distribution,
		reasons: [...machineReasons(subject, host), ...told, ...cpuReasons(subject, host)],
	};
}

/** A host is judged as a release of which there is one. */
function releaseOf({name, distribution, kernel, libraries}: HostFacts): Distribution {
	const nodes = new Map<string, string>();
	for (const {highest} of libraries) {
		for (const [family, number] of Object.entries(highest)) {
			const known = nodes.get(family);
			if (known === undefined || compareNodes(number, known) > 0) {
				nodes.set(family, number);
			}
		}
	}

	const {title} = distribution;
	return {
		id: name,
		name: title === null ? name : `${name} (${title})`,
		line: name,
		nodes,
		marks: new Set(libraries.flatMap(({marks}) => marks)),
		kernel: leadingNumber(kernel.release),
	};
}

/** Kernels of 64 bits run programs of 32, but what has not its own libraries needs those of the host. */
function machineReasons(
	{name, architecture, isBundle, musl}: HostSubject,
	host: HostFacts,
): Reason[] {
	const {cpu, kernel, libc} = host;
	const isForBoth = isBundle && architecture === 'i686' && kernel.machine === 'x86_64';
	if (architecture !== undefined && architecture !== cpu.architecture && !isForBoth) {
		return [{needs: {name: architecture, by: name}, has: cpu.architecture}];
	}

	return musl !== undefined && libc.muslLoader === null ? [{needs: musl, has: undefined}] : [];
}

function cpuReasons({requirements: {cpu}}: HostSubject, host: HostFacts): Reason[] {
	const level = host.cpu.level ?? 0;
	if (cpu === undefined || level >= cpu.level) {
		return [];
	}

	const has = level === 0 ? undefined : `x86-64-v${level}`;
	const who = hostsWith('/cpu/level', level, host);
	return [{needs: {name: `x86-64-v${cpu.level}`, by: cpu.by}, has: has && `${has}${who}`}];
}

/** Of a cluster, which of its hosts it is. */
function withOutliers({needs, has}: Reason, host: HostFacts): string | undefined {
	if (has === undefined) {
		return undefined;
	}

	const family = needs.name.replace(/_.*$/u, '');
	const values = needs.name.startsWith('Linux ')
		? (host.outliers ?? []).filter(({fact}) => fact === '/kernel/release')
		: (host.outliers ?? []).filter(({fact}) => fact.endsWith(`/highest/${family}`));
	return `${has}${named(values.filter(({value}) => leadingNumber(String(value)) === has))}`;
}

function hostsWith(fact: string, value: Outlier['value'], {outliers = []}: HostFacts): string {
	return named(outliers.filter(outlier => outlier.fact === fact && outlier.value === value));
}

function named(outliers: readonly Outlier[]): string {
	const hosts = [...new Set(outliers.flatMap(outlier => outlier.hosts))];
	const rest = hosts.length > MOST_NAMED ? ` and ${hosts.length - MOST_NAMED} more` : '';
	return hosts.length === 0 ? '' : ` on ${hosts.slice(0, MOST_NAMED).join(', ')}${rest}`;
}

const MOST_NAMED = 3;
