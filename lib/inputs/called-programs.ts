/**
 * How the programs of a package travel with scripts that call them: those that no package declares to
 * need, because every system of the distribution has them.
 *
 * Debian says so of a package (`Essential`), and a data file says what else is so, and what is not,
 * each with its reason.
 */
import type {InstalledPackage} from '../installed/package-database.js';
import calledPrograms from './data/called-programs.json' with {type: 'json'};

/** `alone`: the program; `whole`: its package; `never`: it is the host's, or somebody's dependency. */
export type Travel = 'alone' | 'whole' | 'never';

export function travelOf({manager, name, essential}: InstalledPackage): Travel {
	const rule = calledPrograms.find(
		({manager: of, packages}) => of === manager && packages.includes(name),
	);
	switch (rule?.travels) {
		case 'alone':
		case 'whole':
		case 'never':
			return rule.travels;
		default:
			return essential ? 'alone' : 'never';
	}
}
