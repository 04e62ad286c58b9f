/**
 * The state of one walk, and its one step: a name is asked for and answered, or not.
 *
 * Every request leaves an edge or an unresolved name behind, with its reason.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {Found, LinkMapEntry, LoaderSearch, Place} from '../loader/loader-search.js';
import type {Edge, Unresolved, Variant} from './closure.js';
import type {LinkMap} from './link-map.js';

export interface Walk {
	readonly search: LoaderSearch;
	readonly program: LinkMapEntry;
	readonly edges: Edge[];
	readonly unresolved: Unresolved[];
	readonly further: LinkMapEntry[];
	readonly variants: Variant[];
	/** Answer a request; `undefined` when nobody does. */
	request(request: NameRequest): Answer | undefined;
}

/** What shares one link map: the process of a program, or an auditor with what it needs. */
export interface Namespace {
	readonly linkMap: LinkMap;
	/** Mapped from the start. */
	readonly interpreter: LinkMapEntry | undefined;
	/** Everything that has a place in the load order. */
	readonly listed: Set<LinkMapEntry>;
}

export interface NameRequest {
	readonly needed: string;
	readonly from: LinkMapEntry;
	readonly namespace: Namespace;
	/** How it is asked for, where not by DT_NEEDED. */
	readonly place?: Place | undefined;
	/** What it means when nobody answers; `undefined` where ld.so says nothing. */
	readonly severity: Unresolved['severity'] | undefined;
	/** The chain of requesters ends at what is dlopened. */
	readonly isDlopened?: boolean | undefined;
}

export interface Answer {
	readonly entry: LinkMapEntry;
	/** Whether this request mapped it. */
	readonly isNew: boolean;
}

/** The largest programs map a few hundred objects with a few thousand edges. */
const MOST_OBJECTS = 20_000;
const MOST_EDGES = 1_000_000;

/** A walk under way; `objects` counts what it mapped. */
type State = Omit<Walk, 'request'> & {objects: number};

export function makeWalk(search: LoaderSearch, program: LinkMapEntry): Walk {
	const found = {edges: [], unresolved: [], further: [], variants: []};
	const state: State = {search, program, ...found, objects: 0};
	return {search, program, ...found, request: asked => answerRequest(state, asked)};
}

function answerRequest(state: State, asked: NameRequest): Answer | undefined {
	const {search, edges, unresolved} = state;
	const {needed, from, namespace, place} = asked;
	refuseEndlessWalk(state);
	// A request whose tokens stand for nothing is dropped (`expand_dst`, elf/dl-deps.c).
	const name = search.expand(needed, from);
	const known = name === undefined ? undefined : namespace.linkMap.named(name);
	if (known !== undefined) {
		const foundBy = 'link-map';
		edges.push({needed, from, to: known, place: place ?? foundBy, foundBy, passedOver: []});
		return {entry: known, isNew: false};
	}

	const found = search.locate(needed, from);
	if (found.status === 'missing') {
		if (asked.severity !== undefined) {
			const {searched, fatal} = found;
			unresolved.push({needed, by: from, searched, fatal, severity: asked.severity});
		}

		return undefined;
	}

	const answer = map(state, {name: name ?? needed, found, asked});
	const {passedOver, place: foundBy} = found;
	edges.push({needed, from, to: answer.entry, place: place ?? foundBy, foundBy, passedOver});
	return answer;
}

function refuseEndlessWalk({program, edges, unresolved, objects}: State): void {
	if (edges.length + unresolved.length >= MOST_EDGES || objects >= MOST_OBJECTS) {
		const reason = `needs more than ${MOST_OBJECTS} objects in ${MOST_EDGES} requests`;
		throw new DynpkError('ELF_INVALID', `${program.path} ${reason}`);
	}
}

interface NamedFile {
	readonly name: string;
	readonly found: Found;
	readonly asked: NameRequest;
}

/** Two names may lead to one file; ld.so compares device and inode, not names. */
function map(state: State, {name, found, asked}: NamedFile): Answer {
	const {program, variants} = state;
	const {from, namespace, isDlopened = false} = asked;
	const mapped = namespace.linkMap.fromFile(found.object.fileId);
	if (mapped !== undefined) {
		namespace.linkMap.addName(name, mapped);
		return {entry: mapped, isNew: false};
	}

	const loader = isDlopened ? undefined : from;
	const {object, path} = found;
	const entry: LinkMapEntry = Object.freeze({object, path, loader, program});
	state.objects++;
	namespace.linkMap.add(name, entry);
	for (const variant of found.variants) {
		const stand = Object.freeze({...variant, loader, program});
		variants.push({level: variant.level, standsFor: entry, entry: stand});
	}

	return {entry, isNew: true};
}
