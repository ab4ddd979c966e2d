import type { GraphParts } from '../model.ts';
import { type Lane, lanesOf } from './lanes.ts';
import { alone, joined, outputOf, type Pack } from './packs.ts';
import { planOf } from './plan.ts';
import { written } from './writer.ts';

/** Nodes looked at in all: what bounds the search for a graph of hundreds of features. */
const mostLooks = 200_000;

/**
 * The graph with like nodes of single columns as one node of several columns, wherever that makes it cheaper. Its results
 * are the same to the bit, but for the sign of a zero; a node costs each prediction about a microsecond, whatever it
 * computes. Pure: equal graphs give equal graphs.
 * @param parts a graph that has equal nodes once.
 */
export function packed(parts: GraphParts): GraphParts {
  const lanes = lanesOf(parts);
  const search = createSearch(parts, lanes);
  const formulas = groupsOf(lanes, (lane) => lane.formula);
  joinsBest(search, formulas.map(search.packsOf));
  const keys = groupsOf(lanes, (lane) => lane.key);
  while (joinsBest(search, keys.map(search.packsOf).flatMap(pairsOf)));
  return search.result();
}

/** Tries joins, and keeps each that makes the graph cheaper. */
function createSearch(parts: GraphParts, lanes: readonly Lane[]) {
  let packs = alone(lanes);
  let plan = planOf(parts, packs, Number.POSITIVE_INFINITY);
  let looks = 0;

  function cheaper(some: readonly Pack[]) {
    if (plan === undefined || some.length < 2) return undefined;
    const next = joined(packs, some);
    const nextPlan = planOf(parts, next, plan.cost);
    return nextPlan && { packs: next, plan: nextPlan, gain: plan.cost - nextPlan.cost };
  }
  return {
    packsOf: (some: readonly Lane[]): Pack[] => [
      ...new Set(some.flatMap((lane) => packs.get(outputOf(lane)) ?? [])),
    ],
    /** What a join would save; nothing once too much was looked at. */
    gainOf(some: readonly Pack[]): number {
      looks += parts.nodes.length;
      return looks > mostLooks ? 0 : (cheaper(some)?.gain ?? 0);
    },
    /** Whether the packs are still as they were, and joining them still saves something: then they are joined. */
    join(some: readonly Pack[]): boolean {
      const isCurrent = some.every((pack) => packs.get(outputOf(pack.lanes[0])) === pack);
      const next = isCurrent ? cheaper(some) : undefined;
      if (next !== undefined) ({ packs, plan } = next);
      return next !== undefined;
    },
    result: (): GraphParts => (plan === undefined ? parts : written(parts, plan)),
  };
}
type Search = ReturnType<typeof createSearch>;

/** Joins candidates, those first that save most, as long as they still save anything; whether there were any. */
function joinsBest(search: Search, candidates: Pack[][]): boolean {
  const gains = candidates
    .map((some) => ({ some, gain: search.gainOf(some) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
  return gains.filter(({ some }) => search.join(some)).length > 0;
}

const pairsOf = (packs: Pack[]): Pack[][] =>
  packs.flatMap((one, place) => packs.slice(place + 1).map((other) => [one, other]));

/** Lanes of one group together, the group that ends nearest to the results first. */
function groupsOf(lanes: readonly Lane[], groupOf: (lane: Lane) => string | number): Lane[][] {
  const groups = new Map<string | number, Lane[]>();
  for (const lane of lanes.toReversed())
    groups.set(groupOf(lane), [lane, ...(groups.get(groupOf(lane)) ?? [])]);
  return [...groups.values()];
}
