/** Whether this host can run a bundle: its machine, kernel and processor, and the place it lies in. */
import {readFileSync} from 'node:fs';
import {arch, release} from 'node:os';
import type {BundleManifest, LoaderRecord} from '../manifest/manifest.js';
import {cpuLevel, newestKernel} from '../manifest/requirements.js';
import type {VerifyFinding} from './finding.js';

/** Machines of ELF files that processors run programs of, by what Node.js calls the processor. */
const machines: Readonly<Record<string, readonly string[]>> = {
	x64: ['x86-64', 'i386'],
	arm64: ['aarch64', 'arm'],
	ia32: ['i386'],
	ppc64: ['ppc64', 'ppc'],
	s390x: ['s390'],
	riscv64: ['riscv'],
	loong64: ['loongarch'],
	mipsel: ['mips'],
};

/** `processor` as `os.arch()` has it. */
export function runsHere({machine}: LoaderRecord, processor: string = arch()): boolean {
	return (machines[processor] ?? [processor]).includes(machine);
}

export function checkHost(manifest: BundleManifest, processor: string = arch()): VerifyFinding[] {
	const findings: VerifyFinding[] = [];
	const foreign = manifest.loaders.filter(loader => !runsHere(loader, processor));
	if (foreign.length > 0) {
		const needed = [...new Set(foreign.map(({machine}) => machine))].join(', ');
		const some = foreign.length < manifest.loaders.length ? 'some programs of ' : '';
		const be = some === '' ? 'is' : 'are';
		const message = `${some}the bundle ${be} for ${needed}`;
		findings.push({code: 'WRONG_MACHINE', path: `this ${processor} host`, message});
	}

	const kernel = newestKernel(manifest.objects.flatMap(object => object.kernel ?? []));
	if (kernel !== undefined && newestKernel([kernel, release()]) !== release()) {
		const message = `the bundle needs Linux ${kernel}`;
		findings.push({code: 'KERNEL_TOO_OLD', path: `Linux ${release()}`, message});
	}

	const needed = cpuLevel(manifest.objects.reduce((mask, {isa}) => mask | (isa ?? 0), 0));
	const offered = hostCpuLevel();
	if (needed !== undefined && offered !== undefined && offered < needed) {
		const message = `the bundle needs a processor of level ${needed}`;
		findings.push({code: 'CPU_TOO_OLD', path: `processor of level ${offered}`, message});
	}

	return findings;
}

// The levels of the x86-64 psABI, by the names of /proc/cpuinfo (`abm` stands for lzcnt).
const levels: readonly (readonly [string, readonly string[]])[] = [
	['x86-64-v2', ['cx16', 'lahf_lm', 'popcnt', 'sse4_1', 'sse4_2', 'ssse3']],
	['x86-64-v3', ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave']],
	['x86-64-v4', ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']],
];

/** `undefined` where it cannot be told. */
function hostCpuLevel(): string | undefined {
	let text: string;
	try {
		text = readFileSync('/proc/cpuinfo').toString();
	} catch {
		return undefined;
	}

	const line = /^flags\s*:(?<flags>.*)$/mu.exec(text)?.groups?.flags;
	if (line === undefined) {
		return undefined;
	}

	const flags = new Set(line.trim().split(/\s+/u));
	let level = 'x86-64';
	for (const [name, needed] of levels) {
		if (!needed.every(flag => flags.has(flag))) {
			break;
		}

		level = name;
	}

	return level;
}
