import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PredictionRegistry } from '../../../registry/types.ts';

const dayMs = 86_400_000;
const everyMs = 3_600_000;

/** Takes away, every hour, what is older than its pipeline keeps it. Several processes may do so at once. */
export function startRetention(options: {
  prune: PredictionRegistry['prune'];
  /** Days that predictions are kept, by pipeline. */
  days: ReadonlyMap<string, number>;
  log: Logger;
}): { close(): Promise<void> } {
  const { prune, days, log } = options;
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    for (;;) {
      // At another minute than other processes that started together.
      await sleep(everyMs * (0.5 + Math.random()), undefined, { signal: stop.signal, ref: false });
      const now = Date.now();
      const before = [...days].map(([name, kept]) => [name, new Date(now - kept * dayMs).toISOString()]);
      await prune(Object.fromEntries(before)).then(
        (rows) => log.info({ rows }, 'predictions past their time are gone'),
        (error: unknown) => log.warn({ err: error }, 'predictions past their time stay for now'),
      );
    }
  };
  const running = loop().catch(() => undefined);
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}
