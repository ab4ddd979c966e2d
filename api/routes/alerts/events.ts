import { setTimeout as sleep } from 'node:timers/promises';
import type { SSEStreamingApi } from 'hono/streaming';
import { RelevoError } from '../../../contracts/errors.ts';
import type { AlertEvent, AlertRegistry } from '../../../registry/types.ts';

const pollMs = 1_000;
const beatMs = 15_000;
const eventsAtOnce = 200;

/**
 * Writes what happens to alerts until it is stopped. While the registry cannot be read it beats on, and goes on after
 * the last event when it can: none is lost, none is said twice.
 */
export async function followAlerts(
  stream: SSEStreamingApi,
  alerts: Pick<AlertRegistry, 'events'>,
  { after, pipeline }: { after: number; pipeline?: string },
  stop: AbortSignal,
): Promise<void> {
  let last = after;
  let saidAt = 0;
  while (!stop.aborted) {
    const found = await alerts.events(last, eventsAtOnce, pipeline).catch(noneWhileAway);
    for (const { id, event, alert, at } of found) {
      await stream.writeSSE({ id: String(id), event, data: JSON.stringify({ alert, at }) });
      [last, saidAt] = [id, Date.now()];
    }
    if (found.length === eventsAtOnce) continue;
    if (Date.now() - saidAt >= beatMs) {
      await stream.write(': listening\n\n');
      saidAt = Date.now();
    }
    await sleep(pollMs, undefined, { signal: stop }).catch(() => {});
  }
}

function noneWhileAway(error: unknown): AlertEvent[] {
  if (error instanceof RelevoError && error.retryable) return [];
  throw error;
}
