import test from 'ava';
import fc from 'fast-check';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import type {PackageRecord} from '../../../lib/packages/set/package-record.js';
import {makeBaseSystemRules} from '../../../lib/packages/solve/base-system.js';
import {makeUniverse, type PackageUniverse} from '../../../lib/packages/solve/package-universe.js';
import {solve} from '../../../lib/packages/solve/solve.js';
import {rpmWorld} from '../../helpers/packages/package-world.js';

// No `else`: nothing is taken only to make a condition come out otherwise.
const names = ['a', 'b', 'c', 'd'] as const;
const need = fc.oneof(
	{weight: 3, arbitrary: fc.constantFrom(...names)},
	{weight: 2, arbitrary: fc.constantFrom('x', 'y')},
	{weight: 1, arbitrary: fc.constantFrom('(a if x)', '(b or y)', '(c and x)')},
	{
		weight: 2,
		arbitrary: fc
			.tuple(fc.constantFrom(...names), fc.constantFrom('=', '<', '>='), fc.constantFrom('1', '2'))
			.map(parts => parts.join(' ')),
	},
);
const literal = (name: string, version: number) =>
	fc.record({
		id: fc.constant(`${name}-${version}`),
		requires: fc.array(need, {maxLength: 2}),
		provides: fc.subarray(['x', 'y']),
		conflicts: fc
			.array(need, {maxLength: 1})
			.filter(list => list.every(text => !text.startsWith(name) && !text.startsWith('('))),
	});
const world = fc.tuple(
	fc.array(need, {minLength: 1, maxLength: 2}),
	fc.tuple(...names.flatMap(name => [literal(name, 1), literal(name, 2)])),
);

const noBaseSystem = makeBaseSystemRules([]);

function isConsistent(chosen: readonly PackageRecord[], universe: PackageUniverse): boolean {
	const has = (record: PackageRecord): boolean => chosen.includes(record);
	const isUnique = new Set(chosen.map(({name}) => name)).size === chosen.length;
	return (
		isUnique &&
		chosen.every(
			record =>
				record.requires.every(text => universe.isMet(text, has)) &&
				record.conflicts.every(
					text => !universe.isMet(text, other => has(other) && other.name !== record.name),
				),
		)
	);
}

/** Whether any choice of versions, or of none, does. */
function isSolvable(
	given: readonly PackageRecord[],
	available: readonly PackageRecord[],
	universe: PackageUniverse,
): boolean {
	const [next] = available;
	if (next === undefined) {
		return isConsistent(given, universe);
	}

	const rest = available.slice(1);
	return isSolvable(given, rest, universe) || isSolvable([...given, next], rest, universe);
}

test('what is chosen is consistent, and where nothing is chosen there is nothing consistent', async t => {
	let solved = 0;
	let refused = 0;
	await fc.assert(
		fc.asyncProperty(world, async ([requires, offers]) => {
			const set = rpmWorld([{id: 'root', requires}], offers);
			const universe = await makeUniverse(set);
			try {
				const {packages} = await solve(set, noBaseSystem);
				t.true(
					isConsistent(
						packages.map(({record}) => record),
						universe,
					),
				);
				solved++;
			} catch (error) {
				if (!(error instanceof DynpkError)) {
					throw error;
				}

				t.false(isSolvable(set.given, set.available, universe));
				refused++;
			}
		}),
		{numRuns: 400, seed: 20105},
	);
	t.true(solved > 50 && refused > 20, `${solved} solved, ${refused} refused`);
});
