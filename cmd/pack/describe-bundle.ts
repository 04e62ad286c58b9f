/** Two lines about a bundle that was just made: how large it is and what it needs, and how it is started. */
import {statSync} from 'node:fs';
import {posix} from 'node:path';
import {quote} from '../../lib/launcher/shell-quote.js';
import {cpuLevel, newestKernel} from '../../lib/manifest/requirements.js';
import type {NamedOutput} from '../../lib/pack/resolve-output.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';

export interface MadeBundle {
	readonly plan: Pick<BundlePlan, 'name' | 'programs' | 'packages' | 'objects'>;
	/** As `uname -m` says it. */
	readonly architecture: string | undefined;
	readonly output: NamedOutput;
	/** Of file contents. */
	readonly bytes: number;
}

export function describeBundle(made: MadeBundle): string[] {
	const {plan, output, bytes} = made;
	const {packages} = plan;
	const whole = output.form === 'directory' ? [] : [`${megabytes(bytes)} unpacked`];
	const parts = [...whole, `${packages.length} package${packages.length === 1 ? '' : 's'}`];
	const size = output.form === 'directory' ? bytes : statSync(output.path).size;
	return [`${megabytes(size)} (${parts.join(', ')}), for ${hostOf(made)}`, startOf(plan, output)];
}

function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

function hostOf({plan: {objects}, architecture}: MadeBundle): string {
	const kernel = newestKernel(objects.flatMap(object => object.kernel ?? []));
	const level = cpuLevel(objects.reduce((mask, {isa}) => mask | (isa ?? 0), 0));
	const machine = level ?? architecture ?? 'any machine';
	return `${machine} with Linux${kernel === undefined ? '' : ` ${kernel} or newer`}`;
}

function startOf({name, programs}: MadeBundle['plan'], {path, form}: NamedOutput): string {
	const [program] = programs;
	const file = quote(posix.basename(path));
	const unpacking = {
		directory: [],
		tar: [`tar -xf ${file}`],
		'tar.gz': [`tar -xzf ${file}`],
		'tar.zst': [`tar --zstd -xf ${file}`],
		run: [],
	}[form];
	if (form === 'run' && program !== undefined) {
		return `there: ./${file}`;
	}

	const top = form === 'directory' ? posix.basename(path) : name;
	const start = program === undefined ? [] : [quote(`${top}/bin/${program.name}`)];
	const steps = [...unpacking, ...start];
	return steps.length === 0 ? `it offers no program to start` : `there: ${steps.join(' && ')}`;
}
