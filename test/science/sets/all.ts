/** Every set, by kind, in the order of the table. */
import type {ScienceKind} from '../set.js';
import {alignment} from './alignment.js';
import {chemistry} from './chemistry.js';
import {compilers} from './compilers.js';
import {flow} from './flow.js';
import {languages} from './languages.js';
import {maps} from './maps.js';
import {mathematics} from './mathematics.js';
import {own, prefixes, scripts} from './own.js';
import {parallel} from './parallel.js';
import {plots} from './plots.js';
import {databases, debuggers, editors, shells, versionControl} from './tools.js';
import {typesetting} from './typesetting.js';

export const scienceKinds: readonly ScienceKind[] = [
	...[alignment, chemistry, flow, maps, languages, plots, typesetting, mathematics],
	...[compilers, parallel, debuggers, editors, shells, versionControl, databases],
	...[own, prefixes, scripts],
];
