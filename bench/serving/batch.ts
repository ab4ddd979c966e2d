import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from '../lib/report.ts';
import type { Contestant } from './contestants.ts';
import type { Ground } from './ground.ts';
import { during, post } from './measure.ts';

const bare = join(dirname(fileURLToPath(import.meta.url)), '../peers/serving/batch.ts');
/** Until the batch thread is open, and what was answered is in the log. */
const warmUps = 4;
const pauseMs = 500;

export interface BatchTimes {
  /** A batch over HTTP, from its JSON to the answer's; nothing else is under way. */
  overHttpMs: number;
  /** The same, sent as soon as the one before is answered: its rows are still on their way into the log. */
  withoutPauseMs: number;
  /** Bare `session.run`, its tensors ready. */
  sessionRunMs: number;
}

/**
 * Median times of one batch. The server and bare `session.run` take turns, since a machine's speed changes
 * more from minute to minute than they differ.
 */
export async function measureBatch(
  ground: Ground,
  contestant: Contestant,
  { rows, times }: { rows: number; times: number },
): Promise<BatchTimes> {
  const { samples } = ground;
  const body = JSON.stringify(Array.from({ length: rows }, (_, index) => samples[index % samples.length]));
  const session = startBare(ground, rows);
  try {
    return await during(contestant, async ({ url }) => {
      const overHttp = async (): Promise<number> => {
        const startedMs = performance.now();
        await post(url, contestant, body);
        return performance.now() - startedMs;
      };
      for (let time = 0; time < warmUps; time++) {
        await Promise.all([overHttp(), session.runMs()]);
        await sleep(pauseMs);
      }
      const taken = { overHttp: [] as number[], withoutPause: [] as number[], bare: [] as number[] };
      for (let time = 0; time < times; time++) {
        await sleep(pauseMs);
        taken.bare.push(await session.runMs());
        taken.overHttp.push(await overHttp());
        taken.withoutPause.push(await overHttp());
      }
      return {
        overHttpMs: median(taken.overHttp),
        withoutPauseMs: median(taken.withoutPause),
        sessionRunMs: median(taken.bare),
      };
    });
  } finally {
    session.end();
  }
}

/** A process that runs the batch once for every line that it is sent, and says how long that took. */
function startBare({ modelPath, rowsPath }: Ground, rows: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', bare], {
    env: { ...process.env, MODEL: modelPath, ROWS: rowsPath, BATCH: String(rows) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  return {
    async runMs(): Promise<number> {
      const said = once(lines, 'line');
      child.stdin.write('run\n');
      return Number((await said)[0]);
    },
    end(): void {
      child.stdin.end();
    },
  };
}
