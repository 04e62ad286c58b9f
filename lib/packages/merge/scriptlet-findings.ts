/**
 * Scriptlets that would have changed the files of the set, and were not run.
 *
 * Most scriptlets restart services, add users or rebuild indices of a whole system: nothing a
 * program needs. The data file names the commands that make files which programs read.
 */
import commands from './data/scriptlet-commands.json' with {type: 'json'};
import type {PackageScript} from './derive-alternatives.js';
import type {ListedPackage} from './list-payload.js';
import type {MergeFinding} from './merged-sysroot.js';

/** Scriptlets that run when a package arrives; those that run when it leaves never matter here. */
const arriving = new Set(['pre', 'post', 'pretrans', 'posttrans', 'preinst', 'postinst']);

export function collectScripts(packages: readonly ListedPackage[]): readonly PackageScript[] {
	return packages.flatMap(listed => {
		const scripts =
			listed.manager === 'rpm'
				? listed.package.scriptlets.map(({kind, program, script}) => ({
						name: kind,
						text: script ?? program.join(' '),
					}))
				: listed.package.maintainerScripts;
		return scripts
			.filter(({name}) => arriving.has(name))
			.map(({name, text}) => ({record: listed.record, name, text}));
	});
}

export function findScriptlets(scripts: readonly PackageScript[]): readonly MergeFinding[] {
	return scripts.flatMap(({record, name, text}) =>
		commands
			.filter(({command}) => mentions(text, command))
			.map(({command, makes}) => ({
				code: 'SCRIPTLET_NOT_RUN' as const,
				package: record,
				subject: name,
				message: `would run ${command} when installed, which makes ${makes}`,
			})),
	);
}

function mentions(text: string, command: string): boolean {
	return text
		.split('\n')
		.some(line => !line.trim().startsWith('#') && line.split(/[\s;&|()"'`/]+/u).includes(command));
}
