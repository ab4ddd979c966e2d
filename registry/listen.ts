import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { aliasChannel } from './aliases.ts';
import { connectionOptions } from './database.ts';
import { asRelevoError } from './failures.ts';
import { routeChannel } from './routes.ts';

const messageSchema = z.object({ pipeline: z.string(), version: z.string() });
/** The pipeline whose champion or contest changed, and the version that it is about. */
export type ChangeNotice = z.infer<typeof messageSchema>;

const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** A connection that died without a word is found out by asking. */
const heartbeatMs = 20_000;
const answerTimeoutMs = 5_000;
const goodbyeMs = 1_000;

function parseNotice(payload: string): ChangeNotice | undefined {
  try {
    return messageSchema.parse(JSON.parse(payload));
  } catch {
    // Anybody may notify on the channel; what is not ours is passed over.
    return undefined;
  }
}

interface Listening {
  /** Resolves when the connection is gone. */
  lost: Promise<void>;
  end(): Promise<void>;
}

/** What is listened to, and who hears what was said there. */
interface Ears {
  channels: readonly string[];
  onMessage(payload: string): void;
  onReconnect?(): void;
}

async function listenOnce(databaseUrl: string, { channels, onMessage }: Ears): Promise<Listening> {
  const client = new pg.Client({ ...connectionOptions(databaseUrl), query_timeout: answerTimeoutMs });
  let declareLost = (): void => undefined;
  const lost = new Promise<void>((resolve) => {
    declareLost = resolve;
  });
  client.once('end', declareLost);
  client.on('error', declareLost);
  client.on('notification', ({ payload = '' }) => onMessage(payload));
  /** A server that does not answer is not waited for. */
  const end = async (): Promise<void> => {
    declareLost();
    const goodbye = client.end().catch(() => undefined);
    await Promise.race([goodbye, sleep(goodbyeMs, undefined, { ref: false })]);
  };
  try {
    await client.connect();
    for (const channel of channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  } catch (error) {
    await end();
    throw error;
  }
  const heartbeat = setInterval(() => client.query('select 1').catch(end), heartbeatMs);
  heartbeat.unref();
  lost.then(() => clearInterval(heartbeat));
  return { lost, end };
}

/**
 * Hears what is said on channels. A lost connection is taken up again by itself, with growing pauses; what was said
 * meanwhile is lost, so `onReconnect` is called for listeners to read the registry again.
 * @throws RelevoError DATABASE_UNAVAILABLE where the first connection fails.
 */
export async function listenTo(databaseUrl: string, ears: Ears): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  let listening = await listenOnce(databaseUrl, ears).catch((error) => {
    throw asRelevoError(error);
  });

  async function reconnect(): Promise<void> {
    for (
      let delayMs = firstDelayMs;
      !closing.signal.aborted;
      delayMs = Math.min(2 * delayMs, longestDelayMs)
    ) {
      // Many servers that lost one database do not come back all at once.
      const jittered = delayMs * (0.5 + Math.random() / 2);
      await sleep(jittered, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      if (closing.signal.aborted) return;
      const next = await listenOnce(databaseUrl, ears).catch(() => undefined);
      if (next === undefined) continue;
      listening = next;
      if (closing.signal.aborted) return listening.end();
      ears.onReconnect?.();
      return;
    }
  }

  const watch = (async () => {
    while (!closing.signal.aborted) {
      await listening.lost;
      await reconnect();
    }
  })();
  return {
    async close() {
      closing.abort();
      await listening.end();
      await watch;
    },
  };
}

/**
 * Calls `onChange` for every pipeline whose champion or contest's routes change, as `listenTo` hears it.
 * @throws RelevoError DATABASE_UNAVAILABLE where the first connection fails.
 */
export const listenForChanges = (
  databaseUrl: string,
  onChange: (notice: ChangeNotice) => void,
  onReconnect?: () => void,
): Promise<{ close(): Promise<void> }> =>
  listenTo(databaseUrl, {
    channels: [aliasChannel, routeChannel],
    onMessage(payload) {
      const notice = parseNotice(payload);
      if (notice !== undefined) onChange(notice);
    },
    onReconnect,
  });
