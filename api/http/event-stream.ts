import { setTimeout as sleep } from 'node:timers/promises';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { ApiDeps } from '../deps.ts';
import type { ApiContext } from '../openapi.ts';
import { type GuardDeps, standingOf } from '../security/guard.ts';

export type EventStreamDeps = GuardDeps & Pick<ApiDeps, 'draining'>;

const recheckMs = 1_000;

/**
 * Answers with the server-sent events that `follow` writes until it is done. Its signal is aborted once the client has
 * gone, the server drains, or whoever asked would be let by no more: a stream does not outlive its key.
 */
export function streamEvents(
  c: ApiContext,
  deps: EventStreamDeps,
  follow: (stream: SSEStreamingApi, stop: AbortSignal) => Promise<void>,
): Response {
  const maySee = standingOf(deps, c);
  return streamSSE(c, async (stream) => {
    const ending = new AbortController();
    stream.onAbort(() => ending.abort());
    const stop = AbortSignal.any([ending.signal, deps.draining]);
    const watching = watch(maySee, stop, () => ending.abort());
    try {
      await follow(stream, stop);
    } finally {
      ending.abort();
      await watching;
    }
  });
}

async function watch(maySee: () => Promise<boolean>, stop: AbortSignal, onEnd: () => void): Promise<void> {
  while (!stop.aborted) {
    await sleep(recheckMs, undefined, { signal: stop }).catch(() => {});
    if (!stop.aborted && !(await maySee())) onEnd();
  }
}
