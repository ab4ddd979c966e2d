import { RelevoError } from '../../contracts/errors.ts';
import type { Frame, Series } from '../../contracts/frame.ts';
import type { SplitSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';

/** Fewest rows of a side: below it no metric is defined. */
const minimumRows = 2;
/** A number column with more values than this is stratified by its deciles. */
const maximumGroups = 20;

/**
 * Divides rows into train, validation and test, by row id, ascending on each side. Shares are of the rows
 * that may be tested, rounded to whole rows. Rows with `_trainOnly` go to train only; in a split by time, those
 * from the first validation row on, and rows without a time, go to no side.
 * @throws RelevoError DATASET_TOO_SMALL where a side would have fewer than two rows; PIPELINE_INVALID where the
 * shares leave nothing to train on or the column cannot serve.
 */
export function makeSplit(spec: SplitSpec, seed: number, frame: Frame): Split {
  if (spec.test + spec.validation >= 1)
    throw new RelevoError('PIPELINE_INVALID', 'The test and validation shares leave no rows to train on', {
      field: 'split',
      value: spec.test + spec.validation,
      expected: 'test + validation below 1',
    });
  const { eligible, trainOnly } = divideByUse(frame);
  const sides = divide(spec, seed, frame, eligible, trainOnly);
  for (const [side, positions] of Object.entries(sides)) demandRows(side, positions.length, frame.rows);
  return {
    train: ids(frame, sides.train),
    validation: ids(frame, sides.validation),
    test: ids(frame, sides.test),
  };
}

interface Sides {
  train: number[];
  validation: number[];
  test: number[];
}

function divide(spec: SplitSpec, seed: number, frame: Frame, eligible: number[], trainOnly: number[]): Sides {
  if (spec.kind === 'time') return byTime(spec, frame, eligible, trainOnly);
  const groups = spec.kind === 'stratified' ? strata(columnOf(frame, spec.by), eligible) : [eligible];
  const random = seededRandom(seed, 'split');
  for (const group of groups) random.shuffle(group);
  const sizes = groups.map((group) => group.length);
  const testRows = apportion(sizes, spec.test);
  const validationRows = apportion(sizes, spec.validation);
  const sides: Sides = { train: [...trainOnly], validation: [], test: [] };
  groups.forEach((group, g) => {
    const firstKept = testRows[g] + validationRows[g];
    group.forEach((position, rank) => {
      const side = rank < testRows[g] ? sides.test : rank < firstKept ? sides.validation : sides.train;
      side.push(position);
    });
  });
  return sides;
}

function byTime(
  spec: SplitSpec & { kind: 'time' },
  frame: Frame,
  eligible: number[],
  trainOnly: number[],
): Sides {
  const times = columnOf(frame, spec.by);
  if (times.kind !== 'number') throw columnUnusable(spec.by, 'a column of times or numbers');
  const at = (position: number): number => times.values[position];
  const hasTime = (position: number): boolean => !Number.isNaN(at(position));
  const ordered = eligible.filter(hasTime).sort((a, b) => at(a) - at(b) || frame.rowIds[a] - frame.rowIds[b]);
  const [testRows] = apportion([ordered.length], spec.test);
  const [validationRows] = apportion([ordered.length], spec.validation);
  const firstTest = ordered.length - testRows;
  const firstValidation = Math.max(0, firstTest - validationRows);
  const border = ordered.length > firstValidation ? at(ordered[firstValidation]) : Number.POSITIVE_INFINITY;
  return {
    train: [...ordered.slice(0, firstValidation), ...trainOnly.filter((position) => at(position) < border)],
    validation: ordered.slice(firstValidation, firstTest),
    test: ordered.slice(firstTest),
  };
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
  const label =
    column.kind === 'text'
      ? (position: number) => column.codes[position]
      : numberLabel(column.values, positions);
  const groups = new Map<number, number[]>();
  for (const position of positions) {
    const key = label(position);
    const group = groups.get(key);
    if (group) group.push(position);
    else groups.set(key, [position]);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function numberLabel(values: Float64Array, positions: number[]): (position: number) => number {
  const missing = Number.NEGATIVE_INFINITY;
  const present = positions.map((position) => values[position]).filter((value) => !Number.isNaN(value));
  if (new Set(present).size <= maximumGroups)
    return (position) => (Number.isNaN(values[position]) ? missing : values[position]);
  const sorted = Float64Array.from(present).sort();
  const cuts = Array.from({ length: 9 }, (_, i) => quantile(sorted, (i + 1) / 10));
  return (position) =>
    Number.isNaN(values[position]) ? missing : cuts.filter((cut) => values[position] > cut).length;
}

function divideByUse(frame: Frame): { eligible: number[]; trainOnly: number[] } {
  const flags = frame.columns._trainOnly;
  const eligible: number[] = [];
  const trainOnly: number[] = [];
  for (let position = 0; position < frame.rows; position++) {
    const isTrainOnly = flags?.kind === 'number' && flags.values[position] === 1;
    (isTrainOnly ? trainOnly : eligible).push(position);
  }
  return { eligible, trainOnly };
}

function columnOf(frame: Frame, name: string): Series {
  if (!Object.hasOwn(frame.columns, name))
    throw columnUnusable(name, `one of ${Object.keys(frame.columns).join(', ')}`);
  return frame.columns[name];
}

const columnUnusable = (name: string, expected: string): RelevoError =>
  new RelevoError('PIPELINE_INVALID', `The split cannot use the column "${name}": it needs ${expected}`, {
    field: 'split.by',
    value: name,
    expected,
  });

function demandRows(side: string, rows: number, total: number): void {
  if (rows >= minimumRows) return;
  throw new RelevoError(
    'DATASET_TOO_SMALL',
    `The ${side} side of the split would have ${rows} of ${total} rows`,
    {
      field: side,
      value: rows,
      expected: `at least ${minimumRows} rows`,
      remedy: 'Ingest more rows or change the shares of the split.',
    },
  );
}

const ids = (frame: Frame, positions: number[]): number[] =>
  positions.map((position) => frame.rowIds[position]).sort((a, b) => a - b);
