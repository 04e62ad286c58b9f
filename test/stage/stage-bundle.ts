/** What staging makes of files that changed after they were planned. */
import {execFileSync} from 'node:child_process';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {LoaderLaunch} from '../../lib/launcher/launch-spec.js';
import {bundlePath, hostPath, sysrootPath} from '../../lib/paths/paths.js';
import type {BundlePlan, PlannedContent, SourceFile} from '../../lib/plan/bundle-plan.js';
import {stageBundle, type StageTools} from '../../lib/stage/stage-bundle.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const untouched = (): never => {
	throw new Error('bytes that changed were used');
};

const tools: StageTools = {
	tool: 'a test',
	makeLauncher: untouched,
	makeSelfLaunch: untouched,
	editLoader: untouched,
};

function planOf(content: PlannedContent): BundlePlan {
	return {
		name: 'bundle',
		programs: [],
		loaders: [],
		launches: [],
		engine: {choice: 'direct', reason: 'a test'},
		packages: [],
		operations: [{kind: 'file', mode: 0o644, content, ...origin}],
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

/** Contents whose file is read as a whole, because its bytes are not copied as they are. */
const contents = [
	(source: SourceFile) => ({kind: 'compiled-python', ...source}),
	(source: SourceFile) => ({kind: 'venv-configuration', ...source}),
	(source: SourceFile) => ({kind: 'loader', ...source}),
	(source: SourceFile) => ({kind: 'self-program', launch, ...source}),
	(program: SourceFile) => ({kind: 'self-launcher', launch, program}),
] satisfies readonly ((source: SourceFile) => PlannedContent)[];

const changes: Readonly<Record<string, (path: string) => void>> = {
	'is gone': path => rmSync(path),
	'became longer': path => writeFileSync(path, 'contents and more'),
	'became a FIFO': path => {
		rmSync(path);
		execFileSync('mkfifo', [path]);
	},
};

for (const content of contents) {
	const {kind} = content({from: hostPath('/x'), size: 0});
	for (const [how, change] of Object.entries(changes)) {
		test(`${kind}: a file that ${how} after it was planned is INPUT_CHANGED`, t => {
			const path = hostPath(join(makeScratch(t), 'source'));
			writeFileSync(path, 'contents');
			const plan = planOf(content({from: path, size: 'contents'.length}));
			change(path);

			t.throws(() => [...stageBundle(plan, tools)], {
				code: 'INPUT_CHANGED',
				message: /source changed/u,
			});
		});
	}
}
