/** What was found of each set → docs/science.md. */
import {targetHosts} from '../hosts/lib/recipes.js';
import {isRight, type SetResult} from './run-set.js';
import type {ScienceKind, ScienceSet} from './set.js';

/** Render `kinds` with what is known of each set by its name. */
export function renderTable(
	kinds: readonly ScienceKind[],
	results: ReadonlyMap<string, SetResult>,
): string {
	const sets = kinds.flatMap(({sets: own}) => own);
	const right = sets.filter(({name}) => {
		const result = results.get(name);
		return result !== undefined && isRight(result);
	});
	return [
		...head,
		`${sets.length} sets, ${right.length} right on all hosts.`,
		...kinds.flatMap(({kind, sets: own}) => [
			...['', `## ${kind}`, ''],
			`| set | \`dynpk pack\` | size | files | ${targetHosts.join(' | ')} |`,
			`| --- | --- | ---: | ---: | ${targetHosts.map(() => '---').join(' | ')} |`,
			...own.map(set => row(set, results.get(set.name))),
		]),
		'',
	].join('\n');
}

const head = [
	'# What scientists carry',
	'',
	'Made by `make science` (`make science SETS="r octave"` for some of it). Each set is packed by the',
	'command shown, with default options, and its job (`test/science/sets/`) is run by a user without',
	'root in a directory with a blank in its name, the bundle in another such. Right means: exit status,',
	'stdout, stderr and every file written are, byte for byte, those of the same job run with the',
	'installed programs. † The bundle lies in a directory without a blank: the program itself cannot live',
	'with one.',
	'',
];

function row(set: ScienceSet, result: SetResult | undefined): string {
	const name = set.needsPlainPath === true ? `${set.name} †` : set.name;
	return `| ${[name, `\`${commandOf(set, result)}\``, ...cells(result)].join(' | ')} |`;
}

function commandOf(set: ScienceSet, result: SetResult | undefined): string {
	const options = result?.status === 'packed' ? result.options : [];
	return [...set.pack, ...options].join(' ');
}

function cells(result: SetResult | undefined): readonly string[] {
	if (result?.status !== 'packed') return ['', '', ...targetHosts.map(() => plain(reason(result)))];
	const by = result.options.length > 0 ? ' by the option that `pack` named' : '';
	return [
		`${(result.bytes / 1e6).toFixed(0)} MB`,
		String(result.files),
		...targetHosts.map(name => {
			const verdict = result.hosts[name] ?? 'not run';
			return verdict === 'right' ? `right${by}` : `wrong: ${plain(verdict)}`;
		}),
	];
}

function reason(result: Exclude<SetResult, {status: 'packed'}> | undefined): string {
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
