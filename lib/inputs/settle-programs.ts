/** What starts the scripts of a payload, and programs that links of the user's lead to. */
import {isProgram} from '../elf/is-program.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import {addBelongings, addOwners, addOwnPrefix} from './belongings.js';
import type {Gathering} from './gathering.js';
import {resolveInterpreter} from './interpreter.js';
import type {PayloadEntry} from './payload.js';
import type {Collector} from './payload-collector.js';
import type {Shebang} from './shebang.js';
import {isNamed} from './spare-members.js';

/** Bring in what each executable script is started by, and each module that is started, too. */
export function settleScripts(gathering: Gathering): void {
	const {collector, interpreters, request, sysroot} = gathering;
	for (const entry of [...collector.entries.values()]) {
		const shebang = shebangOf(entry);
		if (shebang === undefined || interpreters.has(entry.path)) {
			continue;
		}

		const interpreter = resolveInterpreter(entry, shebang, request, sysroot);
		interpreters.set(entry.path, interpreter);
		if (interpreter === undefined) {
			reportUnstartable(gathering, entry, shebang);
		} else {
			collector.add(interpreter, {kind: 'interpreter', of: entry.path});
			addBelongings(gathering, interpreter);
		}
	}
}

function shebangOf(entry: PayloadEntry): Shebang | undefined {
	return entry.kind === 'file' && entry.content.kind !== 'elf' ? entry.content.shebang : undefined;
}

/** Fatal for a script that was named; of a directory or a package, it may be one nobody calls. */
function reportUnstartable({collector}: Gathering, script: PayloadEntry, shebang: Shebang): void {
	const wanted = shebang.unsupported ?? shebang.envProgram ?? shebang.interpreter;
	const message = `its interpreter (${wanted}) is not here to be packed`;
	if (script.reason.kind === 'target' && isNamed(script.reason)) {
		throw new DynpkError('TARGET_NOT_FOUND', `${script.path}: ${message}`);
	}

	collector.report({code: 'SCRIPT_NOT_STARTED_HERE', path: script.path, message});
}

/** A link of the user's tree may lead to a program of the system (`venv/bin/python3`). */
export function settleLinkedPrograms(gathering: Gathering): void {
	const {collector, settled} = gathering;
	for (const entry of [...collector.entries.values()]) {
		if (entry.kind !== 'file' || entry.reason.kind !== 'link' || settled.has(entry.path)) {
			continue;
		}

		settled.add(entry.path);
		const link = firstLink(collector, entry);
		const isUsers = ['target', 'with', 'prefix'].includes(link?.reason.kind ?? '');
		if (
			link !== undefined &&
			isUsers &&
			entry.content.kind === 'elf' &&
			isProgram(entry.content.object)
		) {
			// By the first link: every name on the way tells a package (`python3` for `python3.11`).
			if (addOwners(gathering, link.path).length === 0) {
				addOwnPrefix(gathering, entry.path);
			}
		}
	}
}

/** The link that a chain of them begins with. */
function firstLink({entries}: Collector, end: PayloadEntry): PayloadEntry | undefined {
	let current: PayloadEntry | undefined = end;
	for (let hops = 0; current?.reason.kind === 'link' && hops < LINK_LIMIT; hops++) {
		current = entries.get(current.reason.from);
	}

	return current;
}
