/**
 * The launcher as a POSIX shell script, from `wrappers/shell/launcher.sh.hbs`.
 *
 * For machines without a native launcher. It starts no other program unless it was reached through
 * a link from outside the bundle, and cannot hide everything: the process is named after the
 * loader, and the host's LD_PRELOAD is dropped rather than handed on to host children.
 */
import {readFileSync} from 'node:fs';
import {posix} from 'node:path';
import Handlebars from 'handlebars';
import {DynpkError} from '../errors/dynpk-error.js';
import {sanitise} from '../errors/sanitise.js';
import type {BundlePath} from '../paths/paths.js';
import {quote} from './shell-quote.js';
import type {EnvironmentRule, LaunchSpec, LoaderLaunch} from './launch-spec.js';

/** Compile the template once; `make` is then a pure function. */
export function makeShellLauncher(template: string): (spec: LaunchSpec, version: string) => Buffer {
	const render = compileTemplate(template);
	return (spec, version) => {
		if (spec.kind === 'static') {
			throw new DynpkError('UNSUPPORTED_LOADER', `${spec.program} is static: it needs no launcher`);
		}

		const [major, minor] = spec.requires.kernel;
		const isLoader = spec.kind === 'loader';
		const isScript = spec.kind === 'script';
		return Buffer.from(
			render({
				version,
				source: spec.launcher.replace(/^root/u, ''),
				program: spec.program,
				starter: isLoader ? spec.loader : isScript ? spec.interpreter : spec.program,
				isForward: spec.kind === 'forward',
				loader: isLoader ? spec.loader : '',
				loaderArguments: isLoader ? loaderArguments(spec) : '',
				scriptArguments: isScript ? spec.arguments.map(word => ` ${quote(word)}`).join('') : '',
				kernel: major === 0 || !isLoader ? '' : spec.requires.kernel.join('.'),
				kernelMajor: String(major),
				kernelMinor: String(minor),
				environment: [
					...spec.environment.map(rule => environmentLine(rule)),
					...(!isScript ? [] : spec.settings.map(setting => `export ${settingWord(setting)}`)),
				],
			}),
		);
	};
}

/** The text of the template that travels with dynpk itself. */
export function readShellTemplate(): string {
	return readFileSync(
		new URL('../../../wrappers/shell/launcher.sh.hbs', import.meta.url),
	).toString();
}

function compileTemplate(source: string): (view: Readonly<Record<string, unknown>>) => string {
	const engine = Handlebars.create();
	// `{{sh x}}` is the only way a name of the payload gets into a script.
	engine.registerHelper('sh', (text: unknown) => quote(mustBeString(text)));
	engine.registerHelper('comment', (text: unknown) => sanitise(mustBeString(text)));
	const template = engine.compile<Readonly<Record<string, unknown>>>(source, {
		noEscape: true,
		strict: true,
		knownHelpers: {sh: true, comment: true},
		knownHelpersOnly: true,
	});
	return view => template(view);
}

function mustBeString(value: unknown): string {
	if (typeof value !== 'string') {
		throw new TypeError('a launcher template was given something other than a string');
	}

	return value;
}

function loaderArguments(spec: LoaderLaunch): string {
	const words: string[] = [];
	if (spec.loaderOptions.inhibitCache) {
		words.push('--inhibit-cache');
	}

	// The leading empty name is the program itself: its l_name is "" (elf/dl-load.c, decompose_rpath).
	const inhibited = spec.inhibitRpath.map(path => `"$dynpk_top/"${quote(asLoaded(spec, path))}`);
	if (spec.loaderOptions.inhibitRpath && (inhibited.length > 0 || spec.inhibitOwnRpath)) {
		words.push(
			'--inhibit-rpath',
			[...(spec.inhibitOwnRpath ? ["''"] : []), ...inhibited].join(':'),
		);
	}

	words.push('--library-path', libraryPath(spec));
	if (spec.loaderOptions.argv0) {
		words.push('--argv0', '"$0"');
	}

	return words.map(word => ` ${word}`).join('');
}

/**
 * glibc expands `$ORIGIN` here against the program, so that no directory name, whatever colons it
 * holds, is ever split; musl knows no such token.
 */
function libraryPath(spec: LoaderLaunch): string {
	if (spec.libc === 'musl') {
		return spec.libraryPath.map(path => `"$dynpk_top/"${quote(path)}`).join(':');
	}

	return quote(spec.libraryPath.map(path => `$ORIGIN/${fromProgram(spec, path)}`).join(':'));
}

/** How the loader spells the name of a library it found: unresolved, behind the program's directory. */
function asLoaded(spec: LoaderLaunch, path: BundlePath): string {
	const directory = spec.libraryPath.find(candidate => posix.dirname(path) === candidate);
	return directory === undefined || spec.libc === 'musl'
		? path
		: `${posix.dirname(spec.program)}/${fromProgram(spec, path)}`;
}

function fromProgram(spec: LoaderLaunch, path: BundlePath): string {
	return posix.relative(posix.dirname(spec.program), path);
}

function settingWord(setting: string): string {
	const equals = setting.indexOf('=');
	return `${setting.slice(0, equals)}=${quote(setting.slice(equals + 1))}`;
}

function environmentLine(rule: EnvironmentRule): string {
	const {variable} = rule;
	const parts = rule.parts.map(part =>
		part.kind === 'bundle' ? `"$dynpk_top/"${quote(part.text)}` : quote(part.text),
	);
	const value = parts.join(':');
	const assign = (text: string): string => `{ ${variable}=${text}; export ${variable}; }`;
	switch (rule.action) {
		case 'default':
			return `[ -n "\${${variable}+x}" ] || ${assign(value)}`;
		case 'prepend':
			return `dynpk_value=${value}\ncase \${${variable}-}: in\n"$dynpk_value":*) ;;\n*) ${assign(`$dynpk_value\${${variable}:+":$${variable}"}`)} ;;\nesac`;
		case 'choose':
			return `[ -n "\${${variable}+x}" ] || for dynpk_value in ${parts.join(' ')}; do\n[ -e "$dynpk_value" ] || continue\n${assign('$dynpk_value')}\nbreak\ndone`;
		case 'append':
			return `dynpk_value=${value}\ncase :\${${variable}-} in\n*:"$dynpk_value") ;;\n*) ${assign(`\${${variable}:+"$${variable}:"}$dynpk_value`)} ;;\nesac`;
	}
}
