import type { ModelAnswer } from '../../inference/session.ts';
import { isWholeAnswer } from '../../inference/whole.ts';
import type { ChunkRows } from './rows.ts';

/** Which rows of a chunk have an answer: 1 for those without a fault of whose answer every number is finite, else 0. */
export function answeredRows(
  { rows, faults }: Pick<ChunkRows, 'rows' | 'faults'>,
  { prediction, width, interval }: ModelAnswer,
): Uint8Array {
  const answered = new Uint8Array(rows).fill(1);
  for (const row of faults.keys()) answered[row] = 0;
  for (let row = 0; row < rows; row++)
    if (!isWholeAnswer(prediction, width, interval, row)) answered[row] = 0;
  return answered;
}
