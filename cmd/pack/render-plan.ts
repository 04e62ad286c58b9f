/** Print a plan: what would go where, and why. */
import {sanitise} from '../../lib/errors/sanitise.js';
import {plannedSize} from '../../lib/inspect/packed-files.js';
import type {BundlePlan, Operation} from '../../lib/plan/bundle-plan.js';

/** As docs/plan-format.md has it, or for a person. */
export function renderPlan(plan: BundlePlan, json: boolean): string {
	if (json) {
		const operations = plan.operations.map(encodeBytes);
		return `${JSON.stringify({schema: 'dynpk-plan/2', ...plan, operations})}\n`;
	}

	const lines = plan.operations
		.filter(operation => operation.kind !== 'directory')
		.map(operation => [sizeColumn(operation), describe(operation), operation.reason].join('\t'));
	const size = plan.operations.reduce(
		(sum, operation) => sum + (operation.kind === 'file' ? plannedSize(operation) : 0),
		0,
	);
	return [
		...lines.map(line => sanitise(line).replaceAll(String.raw`\x09`, '\t')),
		`${plan.name}: ${lines.length} entries, ${(size / 1e6).toFixed(1)} MB, ${plan.packages.length} packages`,
		'',
	].join('\n');
}

const SIZE_WIDTH = 10;

/** In bytes; nothing for a link, and for a launcher, which is made later. */
function sizeColumn(operation: Operation): string {
	const size = operation.kind === 'file' ? plannedSize(operation) : 0;
	return (size === 0 ? '' : String(size)).padStart(SIZE_WIDTH);
}

function encodeBytes(operation: Operation): unknown {
	return operation.kind === 'file' && operation.content.kind === 'bytes'
		? {...operation, content: {kind: 'bytes', base64: operation.content.bytes.toString('base64')}}
		: operation;
}

function describe(operation: Operation): string {
	switch (operation.kind) {
		case 'directory':
			return `${operation.path}/`;
		case 'symlink':
		case 'hardlink':
			return `${operation.path} -> ${operation.target}`;
		case 'file':
			return operation.path;
	}
}
