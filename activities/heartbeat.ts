import { Context } from '@temporalio/activity';
import type { ActivityProgress } from '../contracts/runs.ts';

/** Well below the heartbeat timeout of `temporal.config.ts`, often enough for a progress bar. */
const heartbeatEveryMs = 500;

export interface Pulse {
  signal: AbortSignal;
  report(progress: ActivityProgress): void;
}

/**
 * Runs a long step that heartbeats its newest progress by a timer, so that a computation which reports
 * seldom still proves that it lives. The pulse's signal aborts when the activity is cancelled.
 */
export async function withHeartbeat<T>(phase: string, work: (pulse: Pulse) => Promise<T>): Promise<T> {
  const context = Context.current();
  let latest: ActivityProgress = { phase, done: 0, total: undefined };
  context.heartbeat(latest);
  const timer = setInterval(() => context.heartbeat(latest), heartbeatEveryMs);
  try {
    return await work({
      signal: context.cancellationSignal,
      report: (progress) => {
        latest = progress;
      },
    });
  } finally {
    clearInterval(timer);
  }
}
