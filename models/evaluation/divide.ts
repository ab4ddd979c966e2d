import type { Series } from '../../contracts/frame.ts';
import type { SplitSpec } from '../../contracts/pipeline.ts';
import { quantile } from '../quantile.ts';
import { type Random, seededRandom } from '../random.ts';

/** A number column with more values than this is stratified by its deciles. */
const maximumGroups = 20;

/** What a split looks at. */
export interface RowsToDivide {
  rowIds: Float64Array;
  /** The column that the split goes by, of the kind that it needs. */
  by?: Series;
  /** 1 where a row may only be learned from. */
  trainOnly?: Float64Array;
}
export interface DivideTask {
  spec: SplitSpec;
  seed: number;
  rows: RowsToDivide;
}
/** Row ids of each side, ascending. */
export type Sides<T = Float64Array> = Record<'train' | 'validation' | 'test', T>;

/** The sides of a split, by the rules of `makeSplit`. */
export function divideRows({ spec, seed, rows }: DivideTask): Sides {
  const { eligible, trainOnly } = byUse(rows);
  const sides = divide(spec, seededRandom(seed, 'split'), rows, eligible, trainOnly);
  const ids = (positions: number[]): Float64Array =>
    Float64Array.from(positions, (position) => rows.rowIds[position]).sort();
  return { train: ids(sides.train), validation: ids(sides.validation), test: ids(sides.test) };
}

type Positions = Sides<number[]>;

function divide(
  spec: SplitSpec,
  random: Random,
  { by, rowIds }: RowsToDivide,
  eligible: number[],
  trainOnly: number[],
): Positions {
  switch (spec.kind) {
    case 'random':
      return byRank([eligible], spec, random, trainOnly);
    case 'stratified':
      return byRank(strata(demand(by), eligible), spec, random, trainOnly);
    case 'group':
      return byGroup(demand(by), spec, random, eligible, trainOnly);
    case 'time':
      return byTime(demand(by), spec, rowIds, eligible, trainOnly);
  }
}

function demand(by: Series | undefined): Series {
  if (by === undefined) throw new RangeError('a split by a column needs the column');
  return by;
}

/** From each stratum, in random order, the first rows are tested and the next ones validate. */
function byRank(groups: number[][], spec: SplitSpec, random: Random, trainOnly: number[]): Positions {
  for (const group of groups) random.shuffle(group);
  const sizes = groups.map((group) => group.length);
  const testRows = apportion(sizes, spec.test);
  const validationRows = apportion(sizes, spec.validation);
  const sides: Positions = { train: [...trainOnly], validation: [], test: [] };
  groups.forEach((group, g) => {
    const firstKept = testRows[g] + validationRows[g];
    group.forEach((position, rank) => {
      const side = rank < testRows[g] ? sides.test : rank < firstKept ? sides.validation : sides.train;
      side.push(position);
    });
  });
  return sides;
}

/** Groups in random order go to test, then validation, where that brings the side closer to its share of rows. */
function byGroup(
  column: Series,
  spec: SplitSpec,
  random: Random,
  eligible: number[],
  trainOnly: number[],
): Positions {
  const label = labelOf(column);
  const groups = [...grouped(eligible, label).entries()];
  const order = groups.map((_, index) => index);
  random.shuffle(order);
  const sides: Positions = { train: [], validation: [], test: [] };
  const heldOut = new Set<number>();
  const goals = [
    { side: sides.test, rows: Math.round(eligible.length * spec.test) },
    { side: sides.validation, rows: Math.round(eligible.length * spec.validation) },
  ];
  for (const index of order) {
    const [key, positions] = groups[index];
    const goal = goals.find(
      ({ side, rows }) => Math.abs(side.length + positions.length - rows) < Math.abs(side.length - rows),
    );
    if (goal) heldOut.add(key);
    for (const position of positions) (goal?.side ?? sides.train).push(position);
  }
  for (const position of trainOnly) if (!heldOut.has(label(position))) sides.train.push(position);
  return sides;
}

function byTime(
  column: Series,
  spec: SplitSpec,
  rowIds: Float64Array,
  eligible: number[],
  trainOnly: number[],
): Positions {
  const at = numbersOf(column);
  const ordered = eligible
    .filter((position) => !Number.isNaN(at(position)))
    .sort((a, b) => at(a) - at(b) || rowIds[a] - rowIds[b]);
  const [testRows] = apportion([ordered.length], spec.test);
  const [validationRows] = apportion([ordered.length], spec.validation);
  const firstTest = ordered.length - testRows;
  const firstValidation = Math.max(0, firstTest - validationRows);
  const border = ordered.length > firstValidation ? at(ordered[firstValidation]) : Number.POSITIVE_INFINITY;
  const train = ordered.slice(0, firstValidation);
  for (const position of trainOnly) if (at(position) < border) train.push(position);
  return { train, validation: ordered.slice(firstValidation, firstTest), test: ordered.slice(firstTest) };
}

/** Whole rows per group that add up to the rounded share of all, by largest remainder. */
function apportion(sizes: number[], share: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => size * share);
  const rows = exact.map(Math.floor);
  const left = Math.round(total * share) - rows.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((value, group) => ({ group, remainder: value - rows[group] }))
    .sort((a, b) => b.remainder - a.remainder || a.group - b.group);
  for (const { group } of byRemainder.slice(0, left)) rows[group]++;
  return rows;
}

/** Positions by the column's value; missing is a group of its own. */
function strata(column: Series, positions: number[]): number[][] {
  const label = column.kind === 'text' ? labelOf(column) : decileLabel(column.values, positions);
  return [...grouped(positions, label).entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

const missing = Number.NEGATIVE_INFINITY;

/** What equal values have in common. */
function labelOf(column: Series): (position: number) => number {
  if (column.kind === 'text') return (position) => column.codes[position];
  return (position) => (Number.isNaN(column.values[position]) ? missing : column.values[position]);
}

function numbersOf(column: Series): (position: number) => number {
  if (column.kind === 'text') throw new RangeError('a split by time needs numbers');
  return (position) => column.values[position];
}

function grouped(positions: number[], label: (position: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const position of positions) {
    const key = label(position);
    const group = groups.get(key);
    if (group) group.push(position);
    else groups.set(key, [position]);
  }
  return groups;
}

function decileLabel(values: Float64Array, positions: number[]): (position: number) => number {
  const sorted = Float64Array.from(positions, (position) => values[position])
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (new Set(sorted).size <= maximumGroups) return labelOf({ kind: 'number', values });
  const cuts = Array.from({ length: 9 }, (_, i) => quantile(sorted, (i + 1) / 10));
  const decileOf = (value: number): number => cuts.reduce((decile, cut) => decile + Number(value > cut), 0);
  return (position) => (Number.isNaN(values[position]) ? missing : decileOf(values[position]));
}

function byUse({ rowIds, trainOnly }: RowsToDivide): { eligible: number[]; trainOnly: number[] } {
  const sides = { eligible: [] as number[], trainOnly: [] as number[] };
  for (let position = 0; position < rowIds.length; position++)
    (trainOnly?.[position] === 1 ? sides.trainOnly : sides.eligible).push(position);
  return sides;
}
