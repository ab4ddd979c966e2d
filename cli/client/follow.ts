import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { RelevoError } from '../../contracts/errors.ts';
import { type ApiClient, pathSegment } from './http.ts';
import { type Followed, followedSchema, type Run, runSchema } from './schemas.ts';

export interface FollowOptions {
  signal: AbortSignal;
  onChange(run: Followed): void;
  /** The stream broke off: the run itself goes on. */
  onAway(): void;
  /** How long an API that is away is waited for. */
  patienceMs?: number;
}

const retryMs = 1000;

/**
 * Follows a run by the API's events until it has ended. A stream that breaks off is opened again.
 * @throws RelevoError RUN_NOT_FOUND; API_UNREACHABLE where the API stays away longer than `patienceMs`.
 */
export async function followRun(client: ApiClient, id: string, options: FollowOptions): Promise<Run> {
  const { signal, onAway, patienceMs = 60_000 } = options;
  let awaySinceMs: number | undefined;
  for (let opened = false; ; ) {
    try {
      const run = await readEvents(client, id, options, () => {
        opened = true;
        awaySinceMs = undefined;
      });
      if (run !== undefined) return run;
    } catch (error) {
      signal.throwIfAborted();
      const away = error instanceof RelevoError ? error.retryable : opened;
      if (!away || !opened) throw error;
      if (awaySinceMs !== undefined && Date.now() - awaySinceMs > patienceMs) throw error;
    }
    signal.throwIfAborted();
    if (awaySinceMs === undefined) onAway();
    awaySinceMs ??= Date.now();
    await sleep(retryMs, undefined, { signal });
  }
}

/** The run once its stream says that it has ended; undefined where the stream ends before. */
async function readEvents(
  client: ApiClient,
  id: string,
  { signal, onChange }: FollowOptions,
  onOpen: () => void,
): Promise<Run | undefined> {
  const response = await client.stream(`/v1/runs/${pathSegment(id)}/events`, signal);
  if (response.body === null) return undefined;
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { event, data } of events) {
    onOpen();
    if (event === 'end') return runSchema.parse(JSON.parse(data));
    if (event === 'progress') onChange(followedSchema.parse(JSON.parse(data)));
  }
  return undefined;
}
