/**
 * Load the chunks that the build made of cmd/ and lib/, each of them one function in a file.
 *
 * V8's code cache of a chunk, also made by the build, spares compiling it. It lies in a directory named
 * after the Node.js that it is for; one that does not fit for another reason is refused by V8, which then
 * compiles.
 */
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {Script} from 'node:vm';

export interface ChunkLoader {
	/** What the chunk exports. */
	readonly load: (name: string) => unknown;
	/** Those loaded so far, by name. */
	readonly scripts: ReadonlyMap<string, Script>;
}

type Require = (name: string) => unknown;
type Chunk = (module: {exports: unknown}, require: Require, root: string) => void;

/** For the chunks in `directory`, which is build/bin below the root that docs/ and wrappers/ lie in. */
export function makeChunkLoader(directory: string): ChunkLoader {
	const root = pathToFileURL(`${directory}/../..`).href;
	const modules = new Map<string, {exports: unknown}>();
	const scripts = new Map<string, Script>();

	const require = (name: string): unknown =>
		name.startsWith('./') ? load(name.slice('./'.length)) : builtIn(name);
	const load = (name: string): unknown => {
		const known = modules.get(name);
		if (known !== undefined) {
			return known.exports;
		}

		const module = {exports: {}};
		modules.set(name, module);
		const script = compile(directory, name);
		scripts.set(name, script);
		(script.runInThisContext() as Chunk)(module, require, root);
		return module.exports;
	};

	return {load, scripts};
}

/** Where the code caches for the running Node.js are. */
export function codeCache(directory: string): string {
	return `${directory}/code-cache/${process.version}-${process.arch}`;
}

function compile(directory: string, name: string): Script {
	const filename = `${directory}/${name}`;
	const cachedData = readCache(`${codeCache(directory)}/${name}`);
	// Chunks are ASCII; this is the encoding that V8 keeps as it is.
	return new Script(readFileSync(filename, 'latin1'), {
		filename,
		...(cachedData === undefined ? {} : {cachedData}),
	});
}

function readCache(file: string): Buffer | undefined {
	try {
		return readFileSync(file);
	} catch {
		return undefined;
	}
}

/** What Node.js has loaded by the time it starts us, and what is called at every step. */
const atHand = /^(?:node:)?(?:buffer|fs|path|url|util)$/u;

/**
 * A module of Node.js's own; of the others, what loads it when something of it is first used: most
 * commands never use `child_process`, `crypto` or `zlib`, and those three take half as long as all of Node's start.
 */
function builtIn(name: string): unknown {
	if (atHand.test(name)) {
		return loadBuiltIn(name);
	}

	let module: object | undefined;
	return new Proxy(
		{},
		{get: (_, property) => Reflect.get((module ??= loadBuiltIn(name)), property) as unknown},
	);
}

function loadBuiltIn(name: string): object {
	const module = process.getBuiltinModule(name) as object | undefined;
	if (module === undefined) {
		throw new Error(`the bundled command line lacks ${name}`);
	}

	return module;
}
