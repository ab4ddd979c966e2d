import type { Frame, Series } from '../../contracts/frame.ts';
import type { Split } from '../../contracts/refs.ts';
import type { Arrived } from './arrivals.ts';
import {
  type Change,
  type Division,
  type JudgingSide,
  type Lack,
  leastFresh,
  leastOf,
  sideRows,
} from './sides.ts';

/** Sides of groups by name, which is the same in every dataset. */
export type GroupSides = Map<string, keyof Split>;

/** How rows are divided where all rows of a group belong on one side. */
export interface GroupRule {
  /** The column whose equal values are a group. */
  by: string;
  /** The side that each group is on for the model; absent for those that it does not know. */
  sides: GroupSides;
}

/** The name of each row's group; rows without a value are one too. */
export function groupNames({ columns }: Frame, by: string): (row: number) => string {
  const series: Series = columns[by];
  if (series.kind === 'number') return (row) => String(series.values[row]);
  return (row) => (series.codes[row] < 0 ? 'missing' : `= ${series.dictionary[series.codes[row]]}`);
}

/**
 * The sides of each group for a model that was made by a split: a group that it was fitted on anywhere is on `train`,
 * one that it was else validated on on `validation`.
 * @param frame of the dataset that the split is of, with the column `by`.
 */
export function groupSides(frame: Frame, by: string, split: Split): GroupSides {
  const nameOf = groupNames(frame, by);
  const positions = new Map(Array.from(frame.rowIds, (id, row) => [id, row]));
  const sides: GroupSides = new Map();
  for (const side of ['test', 'validation', 'train'] as const)
    for (const id of split[side]) {
      const row = positions.get(id);
      if (row !== undefined) sides.set(nameOf(row), side);
    }
  return sides;
}

/**
 * Groups stay on the side where the model has them, so that none that it learned is tested. Groups that are new to it
 * are tested and validate as far as those sides have fewer rows than their share, the newest first, and are learned
 * from else. The test and validation rows are the newest of their groups.
 * @param unseen ids of the rows that the model has not learned, rising.
 */
export function divideGroups(
  { rows, idOf, isTrainOnly, isNew, isLate }: Arrived,
  groupOf: (row: number) => string,
  sides: GroupSides,
  { unseen, change }: { unseen: number[]; change?: Change },
): Division | Lack {
  const judging = new Map<string, number[]>();
  for (const row of rows) {
    if (isTrainOnly(row) || !isLate(row)) continue;
    const ids = judging.get(groupOf(row));
    if (ids) ids.push(idOf(row));
    else judging.set(groupOf(row), [idOf(row)]);
  }
  const unknown = [...judging.keys()]
    .filter((group) => !sides.has(group))
    .sort((a, b) => (judging.get(a)?.at(-1) ?? 0) - (judging.get(b)?.at(-1) ?? 0));
  const held = new Set([...sides].flatMap(([group, side]) => (side === 'train' ? [] : [group])));

  const judged = (side: JudgingSide): number[] => {
    const wanted = sideRows(side, unseen, change);
    const ids = [...held].flatMap((group) => (sides.get(group) === side ? (judging.get(group) ?? []) : []));
    while (ids.length < wanted && unknown.length > 0) {
      const group = unknown.pop() ?? '';
      held.add(group);
      ids.push(...(judging.get(group) ?? []));
    }
    return ids.sort((a, b) => a - b).slice(-wanted);
  };
  const [test, validation] = [judged('test'), judged('validation')];
  if (test.length < leastOf('test')) return { lacks: 'test', rows: test.length };
  if (validation.length < leastOf('validation')) return { lacks: 'validation', rows: validation.length };
  const train = rows.filter((row) => !held.has(groupOf(row)));
  const fresh = train.filter(isNew);
  if (fresh.length < leastFresh) return { lacks: 'rows', rows: fresh.length };
  return { train: train.map(idOf), fresh: fresh.map(idOf), validation, test };
}
