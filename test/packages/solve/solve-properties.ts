/**
 * The solver against every subset there is, in generated sets of packages.
 *
 * `make test` tries some of a fixed seed, `make test-differential` 50,000 (DYNPK_TESTS_SWEEP=whole).
 */
import test from 'ava';
import fc from 'fast-check';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import type {Need} from '../../../lib/packages/set/need.js';
import type {PackageRecord} from '../../../lib/packages/set/package-record.js';
import {makeBaseSystemRules} from '../../../lib/packages/solve/base-system.js';
import {makeUniverse, type PackageUniverse} from '../../../lib/packages/solve/package-universe.js';
import {solve} from '../../../lib/packages/solve/solve.js';
import {rpmWorld, type PackageLiteral} from '../../helpers/packages/package-world.js';
import {sweepOf} from '../../helpers/run/sample.js';

const names = ['a', 'b', 'c', 'd'] as const;
const versioned = fc
	.tuple(fc.constantFrom(...names), fc.constantFrom('=', '<', '>='), fc.constantFrom('1', '2'))
	.map(parts => parts.join(' '));
const {need} = fc.letrec<{need: string; rich: string}>(tie => ({
	need: fc.oneof(
		{maxDepth: 2, depthSize: 'medium'},
		{weight: 4, arbitrary: fc.constantFrom(...names, 'x', 'y')},
		{weight: 2, arbitrary: versioned},
		{weight: 4, arbitrary: tie('rich')},
	),
	rich: fc.oneof(
		fc
			.tuple(fc.constantFrom(' and ', ' or '), fc.array(tie('need'), {minLength: 2, maxLength: 3}))
			.map(([operator, parts]) => `(${parts.join(operator)})`),
		fc
			.tuple(tie('need'), fc.constantFrom('if', 'unless'), tie('need'))
			.map(parts => `(${parts.join(' ')})`),
		fc
			.tuple(tie('need'), fc.constantFrom('if', 'unless'), tie('need'), tie('need'))
			.map(([then, kind, condition, other]) => `(${then} ${kind} ${condition} else ${other})`),
	),
}));
const literal = (name: string, version: number): fc.Arbitrary<PackageLiteral> =>
	fc.record({
		id: fc.constant(`${name}-${version}`),
		requires: fc.array(need, {maxLength: 2}),
		provides: fc.subarray(['x', 'y']),
		conflicts: fc.array(need, {maxLength: 1}),
		obsoletes: fc.oneof(
			{weight: 3, arbitrary: fc.constant([])},
			{weight: 1, arbitrary: fc.array(fc.oneof(versioned, fc.constantFrom('x', ...names)))},
		),
	});
const world = fc.tuple(
	fc.record({
		requires: fc.array(need, {minLength: 1, maxLength: 2}),
		conflicts: fc.array(need, {maxLength: 1}),
	}),
	fc.subarray([...names], {maxLength: 2}),
	fc.tuple(...names.flatMap(name => [literal(name, 1), literal(name, 2)])),
);

const noBaseSystem = makeBaseSystemRules([]);

type Chosen = (record: PackageRecord) => boolean;

/** As rpm has it; of those chosen, only `counted` ones count outside conditions. */
function holds(
	need: Need,
	universe: PackageUniverse,
	chosen: Chosen,
	counted: Chosen = chosen,
): boolean {
	const part = (inner: Need): boolean => holds(inner, universe, chosen, counted);
	switch (need.kind) {
		case 'all':
			return need.needs.every(part);
		case 'any':
			return need.needs.some(part);
		case 'if':
			return holds(need.condition, universe, chosen)
				? part(need.then)
				: need.otherwise === undefined || part(need.otherwise);
		case 'unless':
			return holds(need.condition, universe, chosen)
				? need.otherwise !== undefined && part(need.otherwise)
				: part(need.then);
		default:
			return universe.providers(need).some(counted);
	}
}

function isConsistent(chosen: readonly PackageRecord[], universe: PackageUniverse): boolean {
	const has = (record: PackageRecord): boolean => chosen.includes(record);
	return (
		new Set(chosen.map(({name}) => name)).size === chosen.length &&
		chosen.every(
			record =>
				record.requires.every(one => holds(one, universe, has)) &&
				record.conflicts.every(
					one => !holds(one, universe, has, other => has(other) && other.name !== record.name),
				) &&
				record.obsoletes.every(({name, ...range}) =>
					chosen.every(
						other =>
							other === record ||
							other.name !== name ||
							other.name === record.name ||
							!universe.providers({...range, name}).includes(other),
					),
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
	return (
		isSolvable(given, rest, universe) ||
		(given.every(({name}) => name !== next.name) && isSolvable([...given, next], rest, universe))
	);
}

test('what is chosen is consistent, and where nothing is chosen there is nothing consistent', async t => {
	let solved = 0;
	let refused = 0;
	const {isWhole} = sweepOf(process.env);
	await fc.assert(
		fc.asyncProperty(world, async ([root, alsoGiven, packages]) => {
			const isGiven = ({id}: PackageLiteral) => alsoGiven.some(name => id === `${name}-1`);
			const set = rpmWorld(
				[{id: 'root', ...root}, ...packages.filter(isGiven)],
				packages.filter(one => !isGiven(one)),
			);
			const universe = await makeUniverse(set);
			try {
				const {packages: chosen} = await solve(set, {findBaseSystemRule: noBaseSystem});
				const records = chosen.map(({record}) => record);
				t.true(isConsistent(records, universe));
				t.true(set.given.every(record => records.includes(record)));
				solved++;
			} catch (error) {
				if (!(error instanceof DynpkError)) {
					throw error;
				}

				t.false(isSolvable(set.given, set.available, universe), error.message);
				refused++;
			}
		}),
		{numRuns: isWhole ? 50_000 : 1500, seed: 20105},
	);
	t.log(`${solved} solved, ${refused} refused`);
	t.true(solved > 300 && refused > 300, `${solved} solved, ${refused} refused`);
});
