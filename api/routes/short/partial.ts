import { setImmediate as breathe } from 'node:timers/promises';
import { RelevoError } from '../../../contracts/errors.ts';
import type { RowAnswer } from '../../serving/rows/answers.ts';
import { faultOf, type RowCheck, type RowFault } from './row-check.ts';

export type Entry = ({ row: number } & RowAnswer) | { row: number; error: RowFault };

export interface Rows {
  rows: readonly unknown[];
  keys?: readonly (string | null)[] | undefined;
}

/** Rows checked at a time: about a millisecond of the event loop where all are good. */
const stretchRows = 500;
/** Rows that pass the check and have no finite answer all the same; more of them fail the request. */
const mostUnanswered = 20;

/** The row that an error is about, by its place among those that were asked. */
function rowOf(error: RelevoError): number | undefined {
  const [, index] = /^rows\[(\d+)\]/.exec(error.details.where ?? '') ?? [];
  return error.code === 'ROW_INVALID' && index !== undefined ? Number(index) : undefined;
}

/**
 * Answers each row by itself, in order: those that pass the check are asked together, and once more without a row
 * that the model has no answer for.
 * @param ask answers all rows, or throws ROW_INVALID naming one as `rows[3]`, having answered none.
 */
export async function answerEach(
  { rows, keys }: Rows,
  check: RowCheck,
  ask: (rows: Rows) => Promise<RowAnswer[]>,
): Promise<Entry[]> {
  const entries: Entry[] = new Array(rows.length);
  let places: number[] = [];
  for (let row = 0; row < rows.length; row++) {
    if (row % stretchRows === stretchRows - 1) await breathe();
    const error = await check(rows[row]);
    if (error === undefined) places.push(row);
    else entries[row] = { row, error };
  }
  for (let unanswered = 0; places.length > 0; unanswered++) {
    try {
      const answers = await ask({
        rows: places.map((row) => rows[row]),
        keys: keys && places.map((row) => keys[row]),
      });
      for (const [at, row] of places.entries()) entries[row] = { row, ...answers[at] };
      return entries;
    } catch (error) {
      const bad = error instanceof RelevoError ? rowOf(error) : undefined;
      if (!(error instanceof RelevoError) || bad === undefined || unanswered >= mostUnanswered) throw error;
      const row = places[bad];
      entries[row] = { row, error: faultOf(error) };
      places = places.filter((other) => other !== row);
    }
  }
  return entries;
}
