import type { InferenceModel } from '../../inference/session.ts';
import { type Answer, type Answers, asker, noAnswers } from './answers.ts';
import { createColumns, type InputColumns, type InputLayout, modelFeeds } from './rows/columns.ts';
import type { RowReader } from './rows/reader.ts';

interface Waiter {
  start: number;
  end: number;
  answer: Answer;
}
interface Batch {
  columns: InputColumns;
  rows: number;
  waiters: Waiter[];
}

interface Outcome {
  error: unknown;
  answers: Answers;
}

const batchRows = 256;

/** Requests of at most this many rows share runs; larger ones run by themselves. */
export const sharedRows = 64;

/**
 * Runs the rows of all requests that one turn of the event loop brought in as one call of the model: nobody waits
 * for company, and a busy server pays the model's fixed cost once per turn instead of once per request.
 */
export function createBatcher(model: InferenceModel, layout: InputLayout, read: RowReader) {
  const spare: Batch[] = [];
  const open = (): Batch =>
    spare.pop() ?? { columns: createColumns(layout, batchRows), rows: 0, waiters: [] };
  let filling = open();
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    if (filling.rows === 0) return;
    const batch = filling;
    filling = open();
    void run(batch);
  };

  const ask = asker(model);
  const predict = (columns: InputColumns, start: number, end: number): Promise<Outcome> =>
    ask(modelFeeds(layout, columns, start, end), end - start).then(
      (answers) => ({ error: undefined, answers }),
      (error: unknown) => ({ error, answers: noAnswers }),
    );

  const run = async (batch: Batch): Promise<void> => {
    const { columns, rows, waiters } = batch;
    const { error, answers } = await predict(columns, 0, rows);
    if (error !== undefined && waiters.length > 1) await runEach(batch);
    else for (const { start, end, answer } of waiters) answer(error, answers, start, end);
    batch.rows = 0;
    batch.waiters = [];
    spare.push(batch);
  };

  /** A request that the model cannot take must not fail those that came with it. */
  const runEach = async ({ columns, waiters }: Batch): Promise<void> => {
    for (const { start, end, answer } of waiters) {
      const { error, answers } = await predict(columns, start, end);
      answer(error, answers, 0, end - start);
    }
  };

  /** Takes at most `sharedRows` rows. The index of the first bad row, which is then all that happens; else -1. */
  return (rows: readonly unknown[], answer: Answer): number => {
    if (filling.rows + rows.length > batchRows) flush();
    const start = filling.rows;
    for (let i = 0; i < rows.length; i++) {
      if (!read(rows[i], filling.columns, start + i)) return i;
    }
    filling.rows = start + rows.length;
    filling.waiters.push({ start, end: filling.rows, answer });
    if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
    return -1;
  };
}
