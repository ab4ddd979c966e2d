import { type Asker, type PredictDeps, predict } from '../predict.ts';
import type { Lineup } from '../routing/lineup.ts';
import type { RowFlags } from './flags.ts';

/** What one row was answered. */
export interface RowAnswer {
  /** UUID, version 7. */
  id: string;
  /** Of a regression, in the unit of the target. */
  value?: number;
  interval?: { low: number; high: number; level: number };
  /** Of a classification: the class decided on, and a probability per class. */
  label?: string;
  probabilities?: Record<string, number>;
  forecast?: { at: string; from: string; intervalsAhead: number };
  flags?: RowFlags;
  modelVersion: string;
  synthetic?: true;
}

/**
 * Answers rows as `/predict` does, for contracts that write answers in another form: one per row, in order.
 * @param keys what each row is about, where the client says so.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE, ROW_INVALID with the row's place as `rows[3]`
 */
export async function answerRows(
  lineup: Lineup,
  { rows, keys }: { rows: readonly unknown[]; keys?: readonly (string | null)[] | undefined },
  asker: Asker,
  deps: PredictDeps,
): Promise<RowAnswer[]> {
  const json = await new Promise<string>((resolve, reject) => {
    const body = keys === undefined ? { rows } : { rows, keys };
    predict(lineup, body, asker, deps, (error, text) =>
      error === undefined ? resolve(text) : reject(error),
    );
  });
  const { predictions }: { predictions: RowAnswer[] } = JSON.parse(json);
  return predictions;
}
