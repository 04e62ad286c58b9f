/**
 * Compiled modules that Python wrote beside packed ones, where it was allowed to: no damage.
 *
 * Python uses one only if it names the size and the time of its source (PEP 3147), so it changes
 * nothing but the time an import takes.
 */
import {posix} from 'node:path';
import type {TreeDifference} from '../manifest/compare-tree.js';

/** `packed` has every path of the bundle. */
export function isPythonCache(
	{path, isStranger}: TreeDifference,
	packed: ReadonlySet<string>,
): boolean {
	if (!isStranger || !path.startsWith('root/')) {
		return false;
	}

	const directory = posix.dirname(path);
	if (posix.basename(path) === CACHE) {
		return packed.has(directory);
	}

	const module = COMPILED.exec(posix.basename(path))?.groups?.module;
	return (
		posix.basename(directory) === CACHE &&
		module !== undefined &&
		packed.has(posix.join(posix.dirname(directory), `${module}.py`))
	);
}

const CACHE = '__pycache__';
const COMPILED = /^(?<module>[^.]+)\.[\w-]+(?:\.opt-\w+)?\.pyc$/u;
