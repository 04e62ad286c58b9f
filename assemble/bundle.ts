/**
 * `node build/assemble/bundle.js`: make build/bin, the command line as it is installed, of cmd/ and lib/.
 *
 * Chunks, so that a command loads only what it uses; CommonJS, because starting an ECMAScript module takes
 * Node.js longer. esbuild splits only ECMAScript modules: it first bundles and splits, then turns each
 * chunk into one function for cmd/load-chunk.ts.
 */
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {build, transform} from 'esbuild';
import {collectLicences} from './collect-licences.js';
import {compiledForms} from './compiled-forms.js';
import {ownAddresses} from './own-addresses.js';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'build/bin');
const TARGET = 'node20.19';

rmSync(bin, {recursive: true, force: true});
mkdirSync(bin, {recursive: true});
await makeChunks();
await makeStart();
recordCodeCache();

async function makeChunks(): Promise<void> {
	const {outputFiles, metafile} = await build({
		absWorkingDir: root,
		entryPoints: ['cmd/main.ts'],
		outdir: bin,
		outExtension: {'.js': '.cjs'},
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: TARGET,
		sourcemap: 'inline',
		sourcesContent: false,
		legalComments: 'none',
		alias: {
			assert: './cmd/for-yargs/assert.ts',
			'string-width': './cmd/for-yargs/string-width.ts',
			'wrap-ansi': './cmd/for-yargs/wrap-ansi.ts',
		},
		plugins: [compiledForms(root), ownAddresses(root)],
		metafile: true,
		write: false,
	});
	for (const {path, text} of outputFiles) {
		const {code, map} = await transform(text, {
			format: 'cjs',
			platform: 'node',
			target: TARGET,
			supported: {'dynamic-import': false},
			banner: '(function (module, require, productRoot) {',
			footer: '})',
			sourcemap: 'external',
			sourcesContent: false,
			sourcefile: path,
		});
		writeFileSync(path, code, 'latin1');
		writeFileSync(`${path}.map`, map);
	}

	writeFileSync(join(bin, 'licences.txt'), collectLicences(root, Object.keys(metafile.inputs)));
}

async function makeStart(): Promise<void> {
	const outfile = join(bin, 'dynpk.cjs');
	await build({
		absWorkingDir: root,
		entryPoints: ['cmd/start.ts'],
		outfile,
		bundle: true,
		format: 'cjs',
		platform: 'node',
		target: TARGET,
		define: {'import.meta.dirname': '__dirname'},
		banner: {
			js: 'const productRoot = require("node:url").pathToFileURL(__dirname + "/../..").href;',
		},
		plugins: [ownAddresses(root)],
	});
	chmodSync(outfile, 0o755);
	const entry = join(root, 'build/cmd/dynpk.js');
	rmSync(entry, {force: true});
	symlinkSync('../bin/dynpk.cjs', entry);
}

/** In a process of its own, which does some of what users do and keeps what V8 compiled for it. */
function recordCodeCache(): void {
	const script = join(import.meta.dirname, 'record-code-cache.js');
	const {status, stderr} = spawnSync(process.execPath, [script, bin], {
		stdio: ['ignore', 'ignore', 'pipe'],
		encoding: 'utf8',
	});
	if (status !== 0) {
		throw new Error(`${basename(script)} failed: ${stderr}`);
	}
}
