import { writeLines } from '../lines.ts';
import { createRandom } from '../random.ts';
import { agrawal } from './agrawal.ts';
import { type ConceptProcess, rulesOf, type StreamRow } from './concepts.ts';
import { hyperplane } from './hyperplane.ts';
import { sea } from './sea.ts';
import { stagger } from './stagger.ts';

export { changesOf } from './concepts.ts';

/** Processes with known changes, by name. */
export const conceptProcesses = { agrawal, hyperplane, sea, stagger } as const satisfies Record<
  string,
  ConceptProcess
>;

/** Rows of a process, one after another; equal seeds give equal rows. */
export function* streamRows(process: ConceptProcess, rows: number, seed: number): Generator<StreamRow> {
  const draw = process.start(createRandom(seed));
  for (const rule of rulesOf(process, rows, createRandom(seed ^ 0x2c1b3c6d))) yield draw(rule);
}

const start = Date.UTC(2024, 0, 1);
/** A row every two minutes: 180 of them in six hours. */
const rowMs = 120_000;

/** Writes a process as CSV text, with the time of each row first. */
export const writeStream =
  (process: ConceptProcess) =>
  (input: { path: string; rows: number; seed: number; signal?: AbortSignal }): Promise<void> =>
    writeLines(
      input.path,
      `at,${process.columns.join(',')}`,
      lines(process, input.rows, input.seed),
      input.signal,
    );

function* lines(process: ConceptProcess, rows: number, seed: number): Generator<string> {
  let at = start;
  for (const cells of streamRows(process, rows, seed)) {
    yield `${new Date(at).toISOString()},${cells.join(',')}`;
    at += rowMs;
  }
}
