/**
 * What an MPI of the bundle has to be told by whoever starts several of its programs.
 *
 * A program that nobody tells its rank in a way that its MPI speaks takes itself for the only one, or
 * ends. What the MPI speaks shows in its libraries and plug-ins; what is offered shows on the target,
 * where the launcher looks. Families, dialects and those who start ranks are data, each with its reason.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {MpiLaunch} from '../launcher/launch-spec.js';
import {pathPattern} from '../paths/path-pattern.js';
import rows from './data/mpi.json' with {type: 'json'};

export interface MpiFacts {
	/** Of the payload's entries. */
	readonly paths: readonly string[];
	/** What programs load, with its closure. */
	readonly objects: readonly {readonly path: string; readonly closure: Loaded}[];
}

/** Of a closure what counts here. */
export interface Loaded {
	readonly linkMap: readonly {readonly object: Pick<ElfObject, 'soname'>}[];
}

type Family = (typeof rows.families)[number];

const families = rows.families.map(family => ({family, soname: new RegExp(family.soname, 'u')}));

/** Of a program that needs an MPI, or an interpreter whose modules do; `undefined` of any other. */
export function planMpi({
	paths,
	objects,
}: MpiFacts): (path: string, closure: Loaded) => MpiLaunch | undefined {
	const modules = objects.filter(({closure}) => familyOf(closure) !== undefined);
	return (path, closure) => {
		const own = familyOf(closure);
		if (own !== undefined) {
			return describeLaunch(own, closure, paths);
		}

		const isModule = modulesOf(posix.basename(path));
		const module = modules.find(object => isModule(object.path));
		const family = module && familyOf(module.closure);
		return family && describeLaunch(family, module.closure, paths);
	};
}

function familyOf(closure: Loaded): Family | undefined {
	const names = sonamesOf(closure);
	return families.find(({soname}) => names.some(name => soname.test(name)))?.family;
}

function sonamesOf({linkMap}: Loaded): readonly string[] {
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

function describeLaunch(family: Family, closure: Loaded, paths: readonly string[]): MpiLaunch {
	const spoken = dialectsOf(family, closure, paths);
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
function dialectsOf(
	family: Family,
	closure: Loaded,
	paths: readonly string[],
): typeof rows.dialects {
	const sonames = sonamesOf(closure);
	const shown = family.speaks.filter(row => {
		const pattern = new RegExp('plugin' in row ? row.plugin : row.needed, 'u');
		return 'plugin' in row
			? paths.some(path => pattern.test(path))
			: sonames.some(name => pattern.test(name));
	});
	const spoken = new Set(shown.map(({dialect}) => dialect));
	return rows.dialects.filter(({name}) =>
		spoken.size === 0 ? name === family.else : spoken.has(name),
	);
}
