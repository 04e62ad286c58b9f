/** What was found of each installation → docs/prefixes.md. */
import {targetHosts} from '../hosts/lib/recipes.js';
import type {PrefixJob, PrefixKind} from './prefix-job.js';
import {engines, isRight, type JobResult} from './run-job.js';

/** Render `kinds` with what is known of each job by its name. */
export function renderTable(
	kinds: readonly PrefixKind[],
	results: ReadonlyMap<string, JobResult>,
): string {
	const jobs = kinds.flatMap(({jobs: own}) => own);
	const right = jobs.filter(({name}) => {
		const result = results.get(name);
		return result !== undefined && isRight(result);
	});
	return [
		...head,
		`${jobs.length} installations, ${right.length} right on all hosts.`,
		...kinds.flatMap(({kind, jobs: own}) => [
			...['', `## ${kind}`, ''],
			`| job | \`dynpk pack\` | size | files | ${targetHosts.join(' | ')} |`,
			`| --- | --- | ---: | ---: | ${targetHosts.map(() => '---').join(' | ')} |`,
			...own.map(job => row(job, results.get(job.name))),
		]),
		'',
	].join('\n');
}

const head = [
	'# What people install past the package manager',
	'',
	'Made by `make prefixes` (`make prefixes JOBS="venv conda"` for some of it). Each installation is made',
	'here (`test/prefixes/jobs/`), mostly from what Debian has, arranged as its own tools do; packed by the',
	'command shown; and hidden. Its job is run by a user without root, under the path shim (`shim`) and,',
	'with the bundle moved to another directory, in a namespace (`userns`). Right means: exit status, stdout,',
	'stderr and every file written are, byte for byte, those of the installation here. † The bundle lies in',
	'a directory without a blank: the program itself cannot live with one.',
	'',
];

function row(job: PrefixJob, result: JobResult | undefined): string {
	const name = job.needsPlainPath === true ? `${job.name} †` : job.name;
	return `| ${[name, `\`${job.pack.join(' ')}\``, ...cells(result)].join(' | ')} |`;
}

function cells(result: JobResult | undefined): readonly string[] {
	if (result?.status !== 'packed') return ['', '', ...targetHosts.map(() => plain(reason(result)))];
	return [
		`${(result.bytes / 1e6).toFixed(0)} MB`,
		String(result.files),
		...targetHosts.map(host => {
			const wrong = engines.flatMap(engine => {
				const verdict = result.verdicts[`${host} ${engine}`] ?? 'not run';
				return verdict === 'right' ? [] : [`${engine}: ${plain(verdict)}`];
			});
			return wrong.length === 0 ? 'right' : wrong.join('; ');
		}),
	];
}

function reason(result: Exclude<JobResult, {status: 'packed'}> | undefined): string {
	switch (result?.status) {
		case undefined:
			return 'not run';
		case 'absent':
			return `not here: apt-get install ${result.packages.join(' ')}`;
		case 'unfit':
			return `cannot be compared: ${result.why}`;
		case 'not-packed':
			return `wrong: ${result.why}`;
	}
}

/** One line of a table, without what Markdown would read. */
function plain(text: string): string {
	const [line = ''] = text.trim().split('\n');
	return line.slice(0, 200).replace(/[|<>`*_]/gu, '\\$&');
}
