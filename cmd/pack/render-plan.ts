/** Print a plan: what would go where, and why. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {BundlePlan, Operation} from '../../lib/plan/bundle-plan.js';

export function renderPlan(plan: BundlePlan, json: boolean): string {
	if (json) {
		const operations = plan.operations.map(operation =>
			operation.kind === 'write-bytes'
				? {...operation, bytes: operation.bytes.toString('base64')}
				: operation,
		);
		return `${JSON.stringify({schema: 'dynpk-plan/1', ...plan, operations})}\n`;
	}

	const lines = plan.operations
		.filter(({kind}) => kind !== 'make-directory')
		.map(operation => `${describe(operation)}\t${operation.reason}`);
	const size = plan.operations.reduce(
		(sum, operation) => sum + ('size' in operation ? operation.size : 0),
		0,
	);
	return [
		...lines.map(line => sanitise(line).replaceAll(String.raw`\x09`, '\t')),
		`${plan.name}: ${lines.length} entries, ${(size / 1e6).toFixed(1)} MB, ${plan.packages.length} packages`,
		'',
	].join('\n');
}

function describe(operation: Operation): string {
	switch (operation.kind) {
		case 'make-directory':
			return `${operation.path}/`;
		case 'make-symlink':
		case 'make-hardlink':
			return `${operation.path} -> ${operation.target}`;
		case 'copy-file':
		case 'copy-compiled-python':
		case 'copy-venv-configuration':
		case 'copy-loader':
		case 'write-launcher':
		case 'write-self-program':
		case 'copy-tool':
		case 'write-bytes':
			return operation.path;
	}
}
