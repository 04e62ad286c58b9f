/** Whether this host can run a bundle: its machine, kernel and processor, and the place it lies in. */
import {readFileSync} from 'node:fs';
import {arch, release} from 'node:os';
import type {BundleManifest} from '../manifest/manifest.js';
import {cpuLevel, newestKernel} from '../manifest/requirements.js';
import type {VerifyFinding} from './finding.js';

/** What Node.js calls the machines whose ELF names differ. */
const machines: Readonly<Record<string, string>> = {
	'x86-64': 'x64',
	aarch64: 'arm64',
	i386: 'ia32',
	ppc64: 'ppc64',
	s390: 's390x',
	riscv: 'riscv64',
	arm: 'arm',
};

export function runsHere(manifest: BundleManifest): boolean {
	return manifest.loaders.every(({machine}) => (machines[machine] ?? machine) === arch());
}

export function checkHost(manifest: BundleManifest): VerifyFinding[] {
	const findings: VerifyFinding[] = [];
	if (!runsHere(manifest)) {
		const needed = [...new Set(manifest.loaders.map(({machine}) => machine))].join(', ');
		const message = `the bundle is for ${needed}`;
		findings.push({code: 'WRONG_MACHINE', path: `this ${arch()} host`, message});
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
		text = readFileSync('/proc/cpuinfo', 'utf8');
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
