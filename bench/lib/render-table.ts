/** Results → the table of bench/README.md. */
import type {Result} from './result.js';

export function renderTable(results: readonly Result[]): string {
	const lines: string[] = [];
	let what: string | undefined;
	for (const result of results) {
		if (result.what !== what) {
			({what} = result);
			lines.push('', what, '', ...head);
		}

		lines.push(row(result));
	}

	return `${lines.join('\n')}\n`;
}

const head = [
	'| | clock | processor | ratio | memory | aim |',
	'| --- | ---: | ---: | ---: | ---: | --- |',
];

function row({name, wall, microseconds, cpu, ratio, mebibytes, note, aim}: Result): string {
	const cells = [
		note === undefined ? name : `${name} (${note})`,
		microseconds === undefined
			? seconds(wall)
			: `${microseconds.toFixed(microseconds < 10 ? 2 : 0)} µs`,
		seconds(cpu),
		ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
		mebibytes === undefined ? '' : `${mebibytes.toFixed(0)} MiB`,
		aim === undefined ? '' : `${aim.text}: ${aim.met ? 'met' : '**missed**'}`,
	];
	return `| ${cells.join(' | ')} |`;
}

function seconds(value: number | undefined): string {
	return value === undefined ? '' : `${value.toFixed(value < 10 ? 3 : 1)} s`;
}
