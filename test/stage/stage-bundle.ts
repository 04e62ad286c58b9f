/** What staging makes of files that changed after they were planned. */
import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {LoaderLaunch} from '../../lib/launcher/launch-spec.js';
import {bundlePath, hostPath, sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import type {BundlePlan, Operation} from '../../lib/plan/bundle-plan.js';
import {stageBundle, type StageTools} from '../../lib/stage/stage-bundle.js';
import {makeScratch} from '../helpers/scratch.js';

const untouched = (): never => {
	throw new Error('bytes that changed were used');
};

const tools: StageTools = {
	tool: 'a test',
	makeLauncher: untouched,
	makeSelfLaunch: untouched,
	editLoader: untouched,
};

function planOf(operation: Operation): BundlePlan {
	return {
		name: 'bundle',
		programs: [],
		loaders: [],
		launches: [],
		engine: {choice: 'direct', reason: 'a test'},
		packages: [],
		operations: [operation],
		objects: [],
		findings: [],
	};
}

const origin = {
	path: bundlePath('root/x'),
	source: sysrootPath('/x'),
	package: undefined,
	reason: 'a test',
};
// Staging looks at the kind alone.
const launch = {kind: 'loader'} as LoaderLaunch;

/** Operations whose file is read as a whole, because its bytes are not copied as they are. */
const operations = {
	'copy-compiled-python': (from: HostPath, size: number): Operation => {
		return {kind: 'copy-compiled-python', from, size, mode: 0o644, ...origin};
	},
	'copy-venv-configuration': (from: HostPath, size: number): Operation => {
		return {kind: 'copy-venv-configuration', from, size, mode: 0o644, ...origin};
	},
	'copy-loader': (from: HostPath, size: number): Operation => {
		return {kind: 'copy-loader', from, size, mode: 0o755, ...origin};
	},
	'write-self-program': (from: HostPath, size: number): Operation => {
		return {kind: 'write-self-program', from, size, launch, ...origin};
	},
	'write-launcher': (from: HostPath, size: number): Operation => {
		return {kind: 'write-launcher', program: {from, size}, launch, ...origin};
	},
};

const changes: Readonly<Record<string, (path: string) => void>> = {
	'is gone': path => rmSync(path),
	'became longer': path => writeFileSync(path, 'contents and more'),
	'became a FIFO': path => {
		rmSync(path);
		execFileSync('mkfifo', [path]);
	},
};

for (const [kind, operation] of Object.entries(operations)) {
	for (const [how, change] of Object.entries(changes)) {
		test(`${kind}: a file that ${how} after it was planned is INPUT_CHANGED`, t => {
			const path = hostPath(join(makeScratch(t), 'source'));
			writeFileSync(path, 'contents');
			const plan = planOf(operation(path, 'contents'.length));
			change(path);

			t.throws(() => [...stageBundle(plan, tools)], {
				code: 'INPUT_CHANGED',
				message: /source changed/u,
			});
		});
	}
}
