/**
 * Which variables a packed program is given so that it finds its files in the bundle.
 *
 * The rules are data, each with its reason; one applies when the program has that name and the
 * payload has that directory. What the user has set always stays. PATH is the one rule that is
 * computed: packed helpers come before the host's.
 */
import {posix} from 'node:path';
import type {EnvironmentPart, EnvironmentRule} from '../launcher/launch-spec.js';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import {payloadPath, sysrootPath, type SysrootPath} from '../paths/paths.js';
import environmentRules from './data/environment-rules.json' with {type: 'json'};

export interface EnvironmentFacts {
	/** Every directory and file of the payload. */
	readonly payloadPaths: ReadonlySet<SysrootPath>;
	/** Directories with launchers, to be searched for helpers. */
	readonly programDirectories: readonly SysrootPath[];
}

export interface RuledProgram {
	/** Its own name and those of links to it. */
	readonly names: readonly string[];
	/** Whether it, or something it may load, converts between character sets. */
	readonly converts: boolean;
}

export function makeEnvironment(
	facts: EnvironmentFacts,
): (program: RuledProgram) => EnvironmentRule[] {
	const candidates = compiledRules.map(rule => ({
		...rule,
		find: once(() => findPaths(rule, facts)),
	}));
	const searchPath = searchPathRules(facts.programDirectories);
	return ({names, converts}) => [
		...searchPath,
		...candidates
			.filter(rule => (converts || !rule.ifConverting) && names.some(name => rule.isFor(name)))
			.map(rule => ({...rule, found: rule.find()}))
			.filter(({found}) => found.length > 0)
			.map(({variable, action, when, leading, found}) => ({
				variable,
				action,
				when,
				parts: [...leading, ...found.map(bundlePart)],
			})),
	];
}

/**
 * What is searched where PATH is not set, which a PATH of the bundle's directories alone would end:
 * all that the C library (`_CS_PATH`) and the shells of distributions take then.
 */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** One rule for all directories: where they stand already, nested launches add nothing. */
function searchPathRules(directories: readonly SysrootPath[]): EnvironmentRule[] {
	return directories.length === 0
		? []
		: [
				{
					variable: 'PATH',
					action: 'default',
					when: 'always',
					parts: [literalPart(USUAL_PATH)],
				},
				{
					variable: 'PATH',
					action: 'prepend',
					when: 'always',
					parts: directories.map(bundlePart),
				},
			];
}

/** Every path of a payload is looked at for each pattern: only for a rule that some program has. */
function once<T>(compute: () => T): () => T {
	let value: {readonly computed: T} | undefined;
	return () => (value ??= {computed: compute()}).computed;
}

interface CompiledRule {
	readonly variable: string;
	readonly action: EnvironmentRule['action'];
	readonly when: EnvironmentRule['when'];
	readonly isFor: PathPattern;
	readonly ifConverting: boolean;
	readonly patterns: readonly PathPattern[];
	readonly first: boolean;
	readonly leading: readonly EnvironmentPart[];
}

const compiledRules: readonly CompiledRule[] = environmentRules.map(rule => ({
	variable: rule.variable,
	action: ruleAction(rule.action),
	when: rule.when === 'always' ? 'always' : 'unprojected',
	isFor: pathPattern(rule.programs, {dot: true}),
	ifConverting: 'ifConverting' in rule,
	patterns: rule.paths.map(pattern => pathPattern(pattern)),
	first: rule.first,
	leading: [
		...('leading' in rule ? [literalPart(rule.leading)] : []),
		...('host' in rule ? rule.host.map(hostPart) : []),
	],
}));

function ruleAction(text: string): EnvironmentRule['action'] {
	switch (text) {
		case 'append':
		case 'choose':
			return text;
		default:
			return 'default';
	}
}

function literalPart(text: string): EnvironmentPart {
	return {kind: 'literal', text};
}

/**
 * A place of the host, spelled as no user would: what launchers have set is told by its value from
 * what the user has.
 */
function hostPart(path: string): EnvironmentPart {
	return literalPart(`/.${path}`);
}

/** In the order of the rule's patterns, then by name. */
function findPaths(rule: CompiledRule, {payloadPaths}: EnvironmentFacts): SysrootPath[] {
	const found = rule.patterns.flatMap(matches =>
		[...payloadPaths].filter(path => matches(path)).sort(),
	);
	return rule.first ? found.slice(0, 1) : [...new Set(found)];
}

function bundlePart(path: SysrootPath): EnvironmentPart {
	return {kind: 'bundle', text: payloadPath(path)};
}

/** All paths of a payload with the directories that hold them. */
export function withParents(paths: Iterable<SysrootPath>): Set<SysrootPath> {
	const all = new Set<SysrootPath>();
	for (const path of paths) {
		for (let current = path; current !== '/' && !all.has(current);) {
			all.add(current);
			current = sysrootPath(posix.dirname(current));
		}
	}

	return all;
}
