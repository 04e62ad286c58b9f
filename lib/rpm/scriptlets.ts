/** What a package would run when installed. Facts only: nothing in this project runs it. */
import {makeRange} from './dependencies.js';
import type {VersionRange} from './evr.js';
import type {RpmHeader} from './header.js';
import {headerNumbers, headerString, headerStrings} from './header-values.js';
import {RpmError} from './rpm-error.js';
import {scriptletTags, tags} from './tags.js';

export type ScriptletKind = keyof typeof scriptletTags;

export interface RpmScriptlet {
	readonly kind: ScriptletKind;
	/** The program and its arguments, `/bin/sh` unless stated; `<lua>` is rpm's own interpreter. */
	readonly program: readonly string[];
	/** Absent when the program alone is the action, such as `%post -p /sbin/ldconfig`. */
	readonly script: string | undefined;
}

export interface RpmTrigger {
	/** Set off by a package, by files of any package, or once by files of a whole transaction. */
	readonly kind: 'package' | 'file' | 'transaction-file';
	readonly program: readonly string[];
	readonly script: string;
	/** Package names, or path prefixes of a file trigger. */
	readonly conditions: readonly TriggerCondition[];
}

export interface TriggerCondition {
	readonly name: string;
	readonly range: VersionRange | undefined;
	/** `RPMSENSE_TRIGGER*` bits say on which event. */
	readonly flags: number;
}

const triggerTags = {
	package: {
		scripts: tags.triggerScripts,
		programs: tags.triggerScriptProg,
		names: tags.triggerName,
		versions: tags.triggerVersion,
		flags: tags.triggerFlags,
		indexes: tags.triggerIndex,
	},
	file: {
		scripts: tags.fileTriggerScripts,
		programs: tags.fileTriggerScriptProg,
		names: tags.fileTriggerName,
		versions: tags.fileTriggerVersion,
		flags: tags.fileTriggerFlags,
		indexes: tags.fileTriggerIndex,
	},
	'transaction-file': {
		scripts: tags.transFileTriggerScripts,
		programs: tags.transFileTriggerScriptProg,
		names: tags.transFileTriggerName,
		versions: tags.transFileTriggerVersion,
		flags: tags.transFileTriggerFlags,
		indexes: tags.transFileTriggerIndex,
	},
} as const;

export function readScriptlets(header: RpmHeader): readonly RpmScriptlet[] {
	const scriptlets: RpmScriptlet[] = [];
	for (const kind of Object.keys(scriptletTags) as ScriptletKind[]) {
		const script = headerString(header, scriptletTags[kind].script);
		const program = headerStrings(header, scriptletTags[kind].program);
		if (script !== undefined || program.length > 0) {
			scriptlets.push({kind, program: program.length > 0 ? program : ['/bin/sh'], script});
		}
	}

	return scriptlets;
}

/** @throws {RpmError} RPM_BAD_HEADER */
export function readTriggers(header: RpmHeader): readonly RpmTrigger[] {
	return (['package', 'file', 'transaction-file'] as const).flatMap(kind =>
		readTriggersOfKind(header, kind),
	);
}

function readTriggersOfKind(header: RpmHeader, kind: RpmTrigger['kind']): readonly RpmTrigger[] {
	const {scripts, programs, names, versions, flags, indexes} = triggerTags[kind];
	const nameList = headerStrings(header, names);
	const versionList = headerStrings(header, versions);
	const flagList = headerNumbers(header, flags);
	const indexList = headerNumbers(header, indexes);
	const scriptList = headerStrings(header, scripts);
	const programList = headerStrings(header, programs);
	const conditions = scriptList.map((): TriggerCondition[] => []);
	nameList.forEach((name, position) => {
		const group = conditions[indexList[position] ?? -1];
		if (group === undefined) {
			throw new RpmError('RPM_BAD_HEADER', `the trigger on ${name} has no script`, {
				package: header.package,
			});
		}

		const flag = flagList[position] ?? 0;
		group.push({name, flags: flag, range: makeRange(flag, versionList[position] ?? '')});
	});
	return scriptList.map((script, index) => ({
		kind,
		program: [programList[index] ?? '/bin/sh'],
		script,
		conditions: conditions[index] ?? [],
	}));
}
