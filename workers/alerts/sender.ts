import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/worker';
import type { Environment } from '../../contracts/env.ts';
import type { AlertChannel, AlertDelivery, AlertEvent, AlertRegistry } from '../../registry/types.ts';
import { openMailer } from './email.ts';
import { postEvent } from './webhook.ts';

type Deliveries = Pick<AlertRegistry, 'claimDeliveries' | 'concludeDelivery'>;
export type Channels = Partial<Record<AlertChannel, (event: AlertEvent) => Promise<void>>>;

const pollMs = 2_000;
const atOnce = 10;
/** Longer than any channel waits for an answer. */
const leaseSeconds = 120;
const firstDelayMs = 5_000;
const longestDelayMs = 3_600_000;
/** With the delays above, most of a day. */
const mostAttempts = 24;

/** How long to wait after so many tries: twice as long each time, up to an hour. */
export const delayAfter = (attempt: number): number =>
  Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs);

async function deliver(
  alerts: Deliveries,
  channels: Channels,
  delivery: AlertDelivery,
): Promise<string | undefined> {
  const { channel, attempt, event } = delivery;
  try {
    await channels[channel]?.(event);
    await alerts.concludeDelivery(delivery, { state: 'sent' });
    return undefined;
  } catch (failure) {
    const error = failure instanceof Error ? failure.message : String(failure);
    const retryAt = new Date(Date.now() + delayAfter(attempt)).toISOString();
    const outcome =
      attempt < mostAttempts
        ? { state: 'waiting' as const, retryAt, error }
        : { state: 'failed' as const, error };
    await alerts.concludeDelivery(delivery, outcome);
    return error;
  }
}

/** Sends what is due, once; gives what went wrong. Each event is sent at least once by each channel, seldom twice. */
export async function sendDue(
  alerts: Deliveries,
  channels: Channels,
): Promise<{ sent: number; errors: string[] }> {
  const names = Object.keys(channels) as AlertChannel[];
  const due = await alerts.claimDeliveries(names, atOnce, leaseSeconds);
  const errors = await Promise.all(due.map((delivery) => deliver(alerts, channels, delivery)));
  const failed = errors.filter((error) => error !== undefined);
  return { sent: due.length - failed.length, errors: failed };
}

/** The channels that the settings open, and how to close them. */
export function openChannels(env: Environment): { channels: Channels; close(): void } {
  const { RELEVO_WEBHOOK_URL: url, RELEVO_WEBHOOK_SECRET: secret } = env;
  const { RELEVO_SMTP_URL: smtp, RELEVO_ALERT_EMAIL: to } = env;
  const mailer = smtp && to ? openMailer(smtp, to) : undefined;
  return {
    channels: {
      ...(url && { webhook: (event) => postEvent({ url, secret }, event) }),
      ...(mailer && { email: mailer.send }),
    },
    close: () => mailer?.close(),
  };
}

/**
 * Sends alerts until it is stopped. Nothing is lost when this process dies or the database is away: what is due waits
 * in the registry, and several senders share the work.
 */
export function startSender(
  alerts: Deliveries,
  env: Environment,
  logger: Pick<Logger, 'warn'>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { channels, close } = openChannels(env);
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted && Object.keys(channels).length > 0) {
      try {
        const { errors } = await sendDue(alerts, channels);
        for (const error of errors) logger.warn('An alert was not sent; it is tried again', { error });
      } catch (error) {
        logger.warn('Alerts cannot be read; they are sent later', { error });
      }
      await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
      close();
    },
  };
}
