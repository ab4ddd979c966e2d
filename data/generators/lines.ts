import { open } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '../duckdb.ts';

/** About a millisecond of work. */
const linesPerTurn = 1000;

/** Writes a header and lines to a text file, in turns that leave the event loop free. @throws RelevoError CANCELLED */
export async function writeLines(
  path: string,
  header: string,
  lines: Iterable<string>,
  signal?: AbortSignal,
): Promise<void> {
  const file = await open(path, 'w');
  const flush = async (turn: string[]): Promise<void> => {
    throwIfAborted(signal);
    await file.write(`${turn.join('\n')}\n`);
    await breathe();
  };
  try {
    let turn = [header];
    for (const line of lines) {
      turn.push(line);
      if (turn.length < linesPerTurn) continue;
      await flush(turn);
      turn = [];
    }
    if (turn.length > 0) await flush(turn);
  } finally {
    await file.close();
  }
}
