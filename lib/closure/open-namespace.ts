/**
 * A namespace as it is before anything is loaded into it: the program, and the loader, which is
 * mapped from the start and listed only once something needs it.
 */
import type {LinkMapEntry} from '../loader/loader-search.js';
import type {Closure} from './closure.js';
import {makeLinkMap, type LinkMap} from './link-map.js';
import type {Namespace, Walk} from './walk.js';

/**
 * Open the namespace of a root: a program's own, or that of the process it is dlopened into.
 * Without a root it is an auditor's, where only the loader is shared.
 */
export function openNamespace(
	walk: Walk,
	root: LinkMapEntry | undefined,
	into: Closure | undefined,
): Namespace {
	const linkMap = makeLinkMap(walk.search.libc);
	if (into !== undefined) {
		return joinProcess(linkMap, into, root);
	}

	if (root !== undefined) {
		linkMap.addProgram(root);
	}

	const interpreter = findInterpreter(walk, linkMap, root !== undefined);
	return {linkMap, interpreter, listed: new Set(root === undefined ? [] : [root])};
}

/** Everybody in a running process answers to the names by which they were asked for. */
function joinProcess(linkMap: LinkMap, into: Closure, root: LinkMapEntry | undefined): Namespace {
	const [program, ...libraries] = into.linkMap;
	const {interpreter} = into;
	if (program !== undefined) {
		linkMap.addProgram(program);
	}

	for (const entry of interpreter === undefined ? libraries : [interpreter, ...libraries]) {
		linkMap.add(entry.path, entry);
	}

	for (const {needed, to} of into.edges) {
		linkMap.addName(needed, to);
	}

	if (root !== undefined) {
		linkMap.add(root.path, root);
	}

	return {linkMap, interpreter, listed: new Set([...into.linkMap, ...(root ? [root] : [])])};
}

/** Answer PT_INTERP; the loader answers to its names before any library does. */
function findInterpreter(walk: Walk, linkMap: LinkMap, isFirst: boolean): LinkMapEntry | undefined {
	const {program, search} = walk;
	const needed = program.object.interpreter;
	if (needed === undefined) {
		return undefined;
	}

	const found = search.locate(needed, program);
	if (found.status === 'missing') {
		if (isFirst) {
			walk.unresolved.push({needed, by: program, ...found, severity: 'error'});
		}

		return undefined;
	}

	const {object, path, place: foundBy, passedOver} = found;
	const entry: LinkMapEntry = Object.freeze({object, path, loader: program, program});
	linkMap.add(needed, entry);
	if (isFirst) {
		walk.edges.push({needed, from: program, to: entry, place: 'interpreter', foundBy, passedOver});
	}

	return entry;
}
