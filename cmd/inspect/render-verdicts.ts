/** Show where something runs: a table by line of releases, or the answer for one. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {Need, Requirements} from '../../lib/requirements/requirements.js';
import type {LineVerdict, Reason, Verdict} from '../../lib/requirements/verdicts.js';

/** What is asked about. */
export interface Subject {
	/** What messages call it. */
	readonly name: string;
	readonly requirements: Requirements;
	/** Libraries that it needs and that are not here either. */
	readonly missing: readonly string[];
	/** As `uname -m` has it; `undefined` where nothing of it is for a machine. */
	readonly architecture: string | undefined;
	/** Whether it brings its own loader and libraries. */
	readonly isBundle: boolean;
	/** Who asks for musl's loader. */
	readonly musl: Need | undefined;
}

const SCHEMA = 'dynpk-runs-on/1';

export function renderLines(
	subject: Subject,
	lines: readonly LineVerdict[],
	json: boolean,
): string {
	if (json) {
		const table = lines.map(({line, oldest, nearMiss}) => ({
			line,
			oldest: oldest?.id ?? null,
			nearMiss: nearMiss === undefined ? null : verdictRecord(nearMiss),
		}));
		return `${JSON.stringify({schema: SCHEMA, ...needsRecord(subject), lines: table})}\n`;
	}

	const width = Math.max(...lines.map(({line}) => line.length)) + 2;
	const running = lines.flatMap(({line, oldest}) =>
		oldest === undefined ? [] : [`  ${line.padEnd(width)}${oldest.name} and newer`],
	);
	const nowhere = lines.filter(({oldest}) => oldest === undefined).map(({line}) => line);
	const misses = lines.flatMap(({nearMiss}) =>
		nearMiss === undefined ? [] : [`  ${sentence(nearMiss)}`],
	);
	return shown([
		...needLines(subject),
		...(running.length === 0 ? [] : ['runs on', ...running]),
		...(nowhere.length === 0 ? [] : [`on no release of ${nowhere.join(', ')}`]),
		...(misses.length === 0 ? [] : ['one thing is missing on', ...misses]),
	]);
}

export function renderVerdict(subject: Subject, verdict: Verdict, json: boolean): string {
	return json
		? `${JSON.stringify({schema: SCHEMA, ...needsRecord(subject), ...verdictRecord(verdict)})}\n`
		: shown([
				sentence(verdict),
				...subject.missing.map(name => `  needs ${name}, which is not here either`),
				...cpuLines(subject.requirements),
			]);
}

function shown(lines: readonly string[]): string {
	return `${lines.map(line => sanitise(line)).join('\n')}\n`;
}

function sentence({distribution: {name}, reasons}: Verdict): string {
	return reasons.length === 0 ? `${name}: yes` : `${name}: no, ${reasons.map(inWords).join('; ')}`;
}

function inWords({needs, has}: Reason): string {
	return `needs ${needs.name}, has ${has ?? 'none'}`;
}

function needLines({name, requirements, missing}: Subject): string[] {
	const needs = allNeeds(requirements);
	const width = Math.max(0, ...needs.map(need => need.name.length)) + 2;
	return [
		needs.length === 0 ? `${name} needs nothing of a host that is told` : `${name} needs`,
		...needs.map(need => `  ${need.name.padEnd(width)}${need.by}`),
		...missing.map(library => `  ${library}, which is not here either`),
		...cpuLines(requirements),
	];
}

function cpuLines({cpu}: Requirements): string[] {
	return cpu === undefined ? [] : [`  a processor of x86-64-v${cpu.level}  ${cpu.by}`];
}

function allNeeds({highest, marks, privates, kernel}: Requirements): Need[] {
	const newest = kernel === undefined ? [] : [{name: `Linux ${kernel.name}`, by: kernel.by}];
	return [...highest.values(), ...marks, ...firstOf(privates), ...newest];
}

/** With how many others ask for the same. */
function firstOf([first, ...others]: readonly Need[]): Need[] {
	if (first === undefined) {
		return [];
	}
	const {name, by} = first;
	return [others.length === 0 ? first : {name, by: `${by} and ${others.length} more`}];
}

function needsRecord({name, requirements, missing}: Subject): object {
	const {highest, marks, privates, kernel, cpu} = requirements;
	return {
		subject: name,
		nodes: [...highest.values()],
		...{marks, privates, missing},
		kernel: kernel ?? null,
		cpu: cpu ?? null,
	};
}

function verdictRecord({distribution: {id, name}, reasons}: Verdict): object {
	const told = reasons.map(({needs, has}) => ({needs: needs.name, by: needs.by, has: has ?? null}));
	return {id, name, runs: reasons.length === 0, reasons: told};
}
