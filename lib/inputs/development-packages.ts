/**
 * Packages for building programs, which come by a dependency and which no program misses: SciPy's
 * compiler of Python declares a C++ compiler and 131 MB of headers.
 *
 * Who asks counts. Compilers need one another, and parts of one source were made for each other; what a
 * target declares to need by itself it may well start. A data file says which packages these are.
 */
import {sourceName, type InstalledPackage} from '../installed/package-database.js';
import {pathPattern} from '../paths/path-pattern.js';
import developmentPackages from './data/development-packages.json' with {type: 'json'};

const rules = developmentPackages.map(({manager, name, ...rest}) => ({
	manager,
	isMeant: pathPattern(name, {dot: true}),
	isOther: pathPattern('butNot' in rest ? rest.butNot : [], {dot: true}),
}));

/** Whether a package is for building, and `by` is not and has nothing to do with it. */
export function isForBuilding(
	asked: InstalledPackage,
	by: InstalledPackage,
	/** Sources of the packages that targets name. */
	targeted: ReadonlySet<string>,
): boolean {
	return (
		isDevelopment(asked) &&
		!isDevelopment(by) &&
		sourceName(asked) !== sourceName(by) &&
		!targeted.has(sourceName(by))
	);
}

function isDevelopment({manager, name}: InstalledPackage): boolean {
	return rules.some(rule => rule.manager === manager && rule.isMeant(name) && !rule.isOther(name));
}
