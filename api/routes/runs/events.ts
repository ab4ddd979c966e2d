import { setTimeout as sleep } from 'node:timers/promises';
import type { SSEStreamingApi } from 'hono/streaming';
import { RelevoError } from '../../../contracts/errors.ts';

const pollMs = 1_000;
const beatMs = 15_000;

interface Followed {
  state: string;
  progress?: unknown;
  activities?: unknown;
}

/**
 * Writes a run's changes until it has ended or the stream is stopped. While the run cannot be read it beats on, and
 * goes on when it can: a client need not know.
 */
export async function followRun<R extends Followed>(
  stream: SSEStreamingApi,
  first: R,
  read: () => Promise<R>,
  stop: AbortSignal,
): Promise<void> {
  let run = first;
  let said = '';
  let saidAt = 0;
  for (let id = 0; !stop.aborted; ) {
    const data = JSON.stringify({ state: run.state, progress: run.progress, activities: run.activities });
    if (run.state !== 'running') {
      await stream.writeSSE({ id: String(id), event: 'end', data: JSON.stringify(run) });
      return;
    }
    if (data !== said) {
      await stream.writeSSE({ id: String(id++), event: 'progress', data });
      [said, saidAt] = [data, Date.now()];
    } else if (Date.now() - saidAt >= beatMs) {
      await stream.write(': still running\n\n');
      saidAt = Date.now();
    }
    await sleep(pollMs, undefined, { signal: stop }).catch(() => {});
    if (!stop.aborted) run = await read().catch((error: unknown) => unlessAway(error, run));
  }
}

function unlessAway<R>(error: unknown, last: R): R {
  if (error instanceof RelevoError && error.retryable) return last;
  throw error;
}
