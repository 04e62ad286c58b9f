// Type-aware rules, and the walls between the stages of docs/architecture.md: a stage imports
// only stages that come before it in the flow.
import tseslint from 'typescript-eslint';

const stages = [
	'errors',
	'paths',
	'schema',
	'elf',
	'decompress',
	'rpm',
	'deb',
	'archive',
	'sysroot',
	'loader',
	'closure',
	'launcher',
	'audit',
	'trace',
	'packages',
	'installed',
	'inputs',
	'walk',
	'engine',
	'manifest',
	'plan',
	'stage',
	'pack',
	'run',
	'cache',
	'verify',
	'host',
	'requirements',
	'inspect',
];

/** Parsers that could be published on their own: of the rest they import only `allowed`. */
const selfContained = new Map([
	['decompress', []],
	['rpm', ['decompress']],
	['deb', ['decompress']],
]);

/** What a plan is made of comes to it as values: these imports would let it look for itself. */
const readers = new Map([
	[
		'plan',
		{
			paths: ['fs', 'node:fs', 'fs/promises', 'node:fs/promises'],
			group: [
				'**/paths/host-file.js',
				'**/sysroot/**',
				'**/elf/open-elf.js',
				'**/elf/probe-elf.js',
				'**/elf/read-elf.js',
			],
		},
	],
]);

const mayStartProcesses = [
	'lib/decompress/external-tool.ts',
	'lib/run/**',
	'lib/trace/**',
	'lib/verify/**',
	'lib/installed/**',
	'lib/archive/frame-encoder.ts',
	'lib/host/ask-this-host.ts',
];

const ambient = [
	{object: 'process', property: 'env', message: 'The environment belongs to cmd/.'},
	{object: 'process', property: 'cwd', message: 'The working directory belongs to cmd/.'},
	{object: 'Date', property: 'now', message: 'Output must not depend on the clock.'},
];

const READS_NOTHING =
	'This stage reads no files: what it needs is read before (docs/architecture.md).';

function importWall(stage, index) {
	const later = stages.slice(index + 1);
	const allowed = selfContained.get(stage);
	const forbidden = allowed
		? stages.filter(other => other !== stage && !allowed.includes(other))
		: later;
	const reading = readers.get(stage);
	return {
		files: [`lib/${stage}/**/*.ts`],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					paths: (reading?.paths ?? []).map(name => ({name, message: READS_NOTHING})),
					patterns: [
						...(reading ? [{group: reading.group, message: READS_NOTHING}] : []),
						{
							group: [...forbidden.map(other => `**/${other}/**`), '**/cmd/**'],
							message: `lib/${stage} may import only the stages before it (docs/architecture.md).`,
						},
					],
				},
			],
		},
	};
}

export default tseslint.config(
	{ignores: ['build/', 'node_modules/', 'dist/']},
	...tseslint.configs.strictTypeChecked,
	...tseslint.configs.stylisticTypeChecked,
	{
		languageOptions: {
			parserOptions: {
				projectService: {allowDefaultProject: ['*.js']},
				tsconfigRootDir: import.meta.dirname,
			},
		},
		linterOptions: {reportUnusedDisableDirectives: 'error'},
		rules: {
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{considerDefaultExhaustiveForUnions: true},
			],
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			// Numbers read well in messages; everything else must be a string already.
			'@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
			'@typescript-eslint/no-confusing-void-expression': 'off',
			eqeqeq: 'error',
			'no-console': 'error',
		},
	},
	// Tests guard in one line: `if (host === undefined) return;`.
	{files: ['assemble/**/*.ts', 'cmd/**/*.ts', 'lib/**/*.ts'], rules: {curly: ['error', 'all']}},
	// A number or a text at the top of a module is written apart from what functions compute.
	{
		files: ['cmd/**/*.ts', 'lib/**/*.ts'],
		rules: {
			'@typescript-eslint/naming-convention': [
				'error',
				{
					selector: 'variable',
					modifiers: ['const', 'global'],
					types: ['boolean', 'number', 'string'],
					format: ['UPPER_CASE'],
				},
			],
		},
	},
	{files: ['lib/**/*.ts'], rules: {'no-restricted-properties': ['error', ...ambient]}},
	{
		files: ['lib/**/*.ts'],
		ignores: mayStartProcesses,
		rules: {
			'no-restricted-modules': ['error', 'child_process', 'node:child_process'],
			'no-restricted-syntax': [
				'error',
				{
					selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/]',
					message: 'Packing executes nothing of the input.',
				},
			],
		},
	},
	...stages.map(importWall),
	{files: ['cmd/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'], rules: {'no-console': 'off'}},
	{
		files: ['test/**/*.ts'],
		rules: {
			// ava's assertions return booleans that nobody needs.
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-non-null-assertion': 'off',
		},
	},
	{files: ['*.js'], extends: [tseslint.configs.disableTypeChecked]},
);
