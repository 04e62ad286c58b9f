/**
 * What an MPI of the bundle has to be told by whoever starts several of its programs.
 *
 * A program that nobody tells its rank in a way that its MPI speaks takes itself for the only one, or
 * ends. What the MPI speaks shows in its libraries and plug-ins; what is offered shows on the target,
 * where the launcher looks. Families, dialects and those who start ranks are data, each with its reason.
 */
import {posix} from 'node:path';
import type {Closure} from '../closure/closure.js';
import type {Payload} from '../inputs/payload.js';
import type {MpiLaunch} from '../launcher/launch-spec.js';
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedPayload, WalkedProgram} from '../walk/walked-payload.js';
import rows from './data/mpi.json' with {type: 'json'};

type Family = (typeof rows.families)[number];

const families = rows.families.map(family => ({family, soname: new RegExp(family.soname, 'u')}));

/** Of a program that needs an MPI, or an interpreter whose modules do; `undefined` of any other. */
export function planMpi(
	payload: Payload,
	walked: WalkedPayload,
): (path: SysrootPath, program: WalkedProgram) => MpiLaunch | undefined {
	const modules = walked.roots.filter(
		({role, closure}) => role === 'object' && familyOf(closure) !== undefined,
	);
	return (path, {closure}) => {
		const own = familyOf(closure);
		if (own !== undefined) {
			return describeLaunch(own, closure, payload);
		}

		const isModule = modulesOf(posix.basename(path));
		const module = modules.find(root => isModule(root.path));
		const family = module && familyOf(module.closure);
		return family && describeLaunch(family, module.closure, payload);
	};
}

function familyOf(closure: Closure): Family | undefined {
	const names = sonamesOf(closure);
	return families.find(({soname}) => names.some(name => soname.test(name)))?.family;
}

function sonamesOf({linkMap}: Closure): readonly string[] {
	return linkMap.flatMap(({object}) => object.soname ?? []);
}

/** Where modules of an interpreter of this name lie; of any other program nowhere. */
function modulesOf(program: string): (path: string) => boolean {
	const patterns = interpreters.filter(({isFor}) => isFor(program));
	return path => patterns.some(({isModule}) => isModule(path));
}

const interpreters = rows.interpreters.map(({programs, modules}) => ({
	isFor: pathPattern(programs),
	isModule: pathPattern(modules),
}));

function describeLaunch(family: Family, closure: Closure, payload: Payload): MpiLaunch {
	const spoken = dialectsOf(family, closure, payload);
	const names = spoken.map(({name}) => name);
	const remedies = [...spoken.map(({slurm}) => `srun ${slurm}`), family.starter];
	return {
		family: family.name,
		speaks: names,
		offers: spoken.flatMap(({offeredBy}) => offeredBy),
		starters: rows.starters.map(({name, tasks, rank}) => ({
			...{tasks, rank},
			warning:
				` tasks were started by ${name}, which tells the ${family.name} of the bundle no ranks ` +
				`(it speaks ${names.join(', ')}): each is rank 0 of 1, or fails; ` +
				`${remedies.join(' or ')} would do`,
		})),
	};
}

/** In the order of the data. */
function dialectsOf(family: Family, closure: Closure, payload: Payload): typeof rows.dialects {
	const sonames = sonamesOf(closure);
	const shown = family.speaks.filter(row => {
		const pattern = new RegExp('plugin' in row ? row.plugin : row.needed, 'u');
		return 'plugin' in row
			? payload.entries.some(({path}) => pattern.test(path))
			: sonames.some(name => pattern.test(name));
	});
	const spoken = new Set(shown.map(({dialect}) => dialect));
	return rows.dialects.filter(({name}) =>
		spoken.size === 0 ? name === family.else : spoken.has(name),
	);
}
