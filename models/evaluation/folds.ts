import { RelevoError } from '../../contracts/errors.ts';
import type { Task } from '../../contracts/estimator.ts';
import type { ValidationSpec } from '../../contracts/pipeline.ts';
import { quantile } from '../quantile.ts';
import { type Random, seededRandom } from '../random.ts';

/** Positions of rows, ascending. */
export interface Fold {
  train: Int32Array;
  test: Int32Array;
}
export interface FoldRows {
  count: number;
  target: Float64Array;
  task: Task;
  /** Value of the column that `group` goes by; missing ones (NaN) are one group. */
  groups?: Float64Array;
  /** Value of the column that `time-series` goes by; rows without a time are in no fold. */
  times?: Float64Array;
}

/**
 * The folds of a cross-validation by the rules of scikit-learn's KFold, StratifiedKFold, GroupKFold and TimeSeriesSplit,
 * after a seeded shuffle where the rule knows one; repeats follow one another, each with a shuffle of its own.
 * A number target is stratified by its deciles. In a time series, training rows are strictly before the first test row.
 * @throws RelevoError DATASET_TOO_SMALL where there are fewer rows or groups than the folds need; RangeError for
 * `holdout` and where the rule's column is absent.
 */
export function makeFolds(spec: ValidationSpec, seed: number, rows: FoldRows): Fold[] {
  const repeats = 'repeats' in spec ? spec.repeats : 1;
  return Array.from({ length: repeats }, (_, repeat) =>
    foldsOf(spec, rows, seededRandom(seed, 'folds', repeat)),
  ).flat();
}

/** @internal Without randomness the order of the rows decides. */
export function foldsOf(spec: ValidationSpec, rows: FoldRows, random?: Random): Fold[] {
  switch (spec.kind) {
    case 'k-fold':
      return byFold(consecutive(rows.count, demand(rows.count, spec.folds, 'rows'), random), spec.folds);
    case 'stratified':
      demand(rows.count, spec.folds, 'rows');
      return byFold(stratified(strataOf(rows), spec.folds, random), spec.folds);
    case 'group':
      return byFold(grouped(column(rows.groups, rows, 'groups'), spec.folds, random), spec.folds);
    case 'time-series':
      return inTime(column(rows.times, rows, 'times'), spec.folds, spec.gap);
    case 'holdout':
      throw new RangeError('a holdout has no folds');
  }
}

/** The fold in which each row is tested: stretches of a (shuffled) order, the first ones a row longer. */
function consecutive(count: number, folds: number, random?: Random): Uint8Array {
  const order = Array.from({ length: count }, (_, row) => row);
  random?.shuffle(order);
  const foldOf = new Uint8Array(count);
  const [size, longer] = [Math.floor(count / folds), count % folds];
  const border = longer * (size + 1);
  order.forEach((row, rank) => {
    foldOf[row] = rank < border ? Math.floor(rank / (size + 1)) : longer + Math.floor((rank - border) / size);
  });
  return foldOf;
}

/**
 * Each fold gets the shares of all rows: rows sorted by stratum are dealt out to the folds in turn, which says how
 * many of a stratum each fold gets.
 * @param strata one whole number from 0 per row, in order of first appearance.
 */
export function stratified(strata: Int32Array, folds: number, random?: Random): Uint8Array {
  const rowsOf: number[][] = [];
  strata.forEach((stratum, row) => {
    rowsOf[stratum] ??= [];
    rowsOf[stratum].push(row);
  });
  const foldOf = new Uint8Array(strata.length);
  let dealt = 0;
  for (const rows of rowsOf) {
    const counts = new Array<number>(folds).fill(0);
    for (let i = 0; i < rows.length; i++) counts[(dealt + i) % folds]++;
    dealt += rows.length;
    const places = counts.flatMap((count, fold) => new Array<number>(count).fill(fold));
    random?.shuffle(places);
    rows.forEach((row, i) => {
      foldOf[row] = places[i];
    });
  }
  return foldOf;
}

function strataOf({ target, task }: FoldRows): Int32Array {
  if (task.kind === 'classification') return byAppearance(target);
  const sorted = target.slice().sort();
  const cuts = Array.from({ length: 9 }, (_, i) => quantile(sorted, (i + 1) / 10));
  return byAppearance(target.map((value) => cuts.filter((cut) => value > cut).length));
}

/** Equal values as equal whole numbers, counted from 0 in order of first appearance; NaN equals NaN. */
export function byAppearance(values: Float64Array): Int32Array {
  const known = new Map<number, number>();
  return Int32Array.from(values, (value) => {
    const index = known.get(value) ?? known.size;
    if (index === known.size) known.set(value, index);
    return index;
  });
}

/** The largest group goes to the fold with the fewest rows so far, and so on; equally large ones in random order. */
function grouped(values: Float64Array, folds: number, random?: Random): Uint8Array {
  const groups = byAppearance(values);
  const sizes: number[] = [];
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  demand(sizes.length, folds, 'groups');
  const order = sizes.map((_, group) => group);
  random?.shuffle(order);
  order.sort((a, b) => sizes[b] - sizes[a]);
  const filled = new Array<number>(folds).fill(0);
  const foldOfGroup = new Uint8Array(sizes.length);
  for (const group of order) {
    const lightest = filled.indexOf(Math.min(...filled));
    filled[lightest] += sizes[group];
    foldOfGroup[group] = lightest;
  }
  return Uint8Array.from(groups, (group) => foldOfGroup[group]);
}

function byFold(foldOf: Uint8Array, folds: number): Fold[] {
  const sizes = new Int32Array(folds);
  for (const fold of foldOf) sizes[fold]++;
  return Array.from({ length: folds }, (_, fold) => {
    const test = new Int32Array(sizes[fold]);
    const train = new Int32Array(foldOf.length - sizes[fold]);
    let [tested, trained] = [0, 0];
    for (let row = 0; row < foldOf.length; row++) {
      if (foldOf[row] === fold) test[tested++] = row;
      else train[trained++] = row;
    }
    return { train, test };
  });
}

function inTime(times: Float64Array, folds: number, gap: number): Fold[] {
  const present = Int32Array.from(times.keys()).filter((row) => !Number.isNaN(times[row]));
  const ordered = present.sort((a, b) => times[a] - times[b] || a - b);
  const size = Math.floor(ordered.length / (folds + 1));
  return Array.from({ length: folds }, (_, fold) => {
    const first = ordered.length - (folds - fold) * size;
    const test = ordered.slice(first, first + size);
    const border = times[ordered[first]];
    const train = ordered.slice(0, Math.max(0, first - gap)).filter((row) => times[row] < border);
    if (size === 0 || train.length === 0) throw tooSmall(ordered.length, folds + 1 + gap, 'rows');
    return { train: train.sort(), test: test.sort() };
  });
}

function column(values: Float64Array | undefined, rows: FoldRows, name: string): Float64Array {
  if (values?.length === rows.count) return values;
  throw new RangeError(`the folds of ${rows.count} rows need their ${name}`);
}

function demand(count: number, folds: number, of: 'rows' | 'groups'): number {
  if (count < folds) throw tooSmall(count, folds, of);
  return folds;
}

const tooSmall = (count: number, needed: number, of: 'rows' | 'groups'): RelevoError =>
  new RelevoError('DATASET_TOO_SMALL', `${count} ${of} are too few for the folds of the cross-validation`, {
    field: 'validation.folds',
    value: count,
    expected: `at least ${needed} ${of}`,
    remedy: 'Ingest more rows or ask for fewer folds.',
  });
