import type { Split } from '../../contracts/refs.ts';

/** Shares of the rows that nobody has learned, and bounds on them: few vouch for nothing, many cost what they teach. */
const sides = {
  test: { share: 0.25, least: 50, most: 2_000 },
  validation: { share: 0.2, least: 30, most: 1_000 },
};
export type JudgingSide = keyof typeof sides;

/**
 * Where something has changed, the sides are shares of what came since, or of so many newest rows: a challenger that
 * is judged on all that is new would have learned what held before the change. Fewer will do where they show it.
 */
const leastRecent = 800;
/** Fewest new rows that are left to learn from. */
export const leastFresh = 20;
export const leastNew = sides.test.least + sides.validation.least + leastFresh;
export const leastOf = (side: JudgingSide): number => sides[side].least;

/** A change that is known. */
export interface Change {
  /** From this row id on the data is another. */
  sinceRowId: number;
  /** Test rows that show a challenger which undoes half of what the change cost; absent where that is not known. */
  testRows?: number;
}

export interface Division extends Split {
  /** Those of the training rows that the model has not learned. */
  fresh: number[];
}
/** What there is too little of, and how much there is. */
export type Lack = { lacks: 'rows' | JudgingSide; rows: number };

/**
 * Rows of a side.
 * @param newIds of the rows that nobody has learned.
 */
export function sideRows(side: JudgingSide, newIds: number[], change?: Change): number {
  const since = change === undefined ? newIds : newIds.filter((id) => id >= change.sinceRowId);
  const enough = since.length < leastNew ? leastRecent : (change?.testRows ?? leastRecent) / sides.test.share;
  const recent = Math.min(newIds.length, Math.max(Math.min(leastRecent, enough), since.length));
  const { share, least, most } = sides[side];
  return Math.min(most, Math.max(least, Math.round(recent * share)));
}
