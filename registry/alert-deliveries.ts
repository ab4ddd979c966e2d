import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { asAlertEvent } from './alert-events.ts';
import { type Database, storableText } from './database.ts';
import { alertDeliveries, alertEvents } from './schema/alerts.ts';
import type { AlertChannel, AlertRegistry } from './types.ts';

/** A sender that was away longer, or is set up only now, does not send old news. */
const newsHours = 24;

/** Gives every told event of the last day its sendings, where it has none yet. */
const planDeliveries = (channel: AlertChannel) => sql`
  insert into ${alertDeliveries} (event, channel)
  select event.id, ${channel} from ${alertEvents} as event
  where event.tell and event.at > now() - make_interval(hours => ${newsHours})
  on conflict do nothing`;

/** Sendings of alerts, each tried by one sender at a time until it is sent or given up. */
export const alertDeliveryRegistry = (
  db: Database,
): Pick<AlertRegistry, 'claimDeliveries' | 'concludeDelivery'> => ({
  claimDeliveries: (channels, limit, leaseSeconds) =>
    db.transaction(async (tx) => {
      for (const channel of channels) await tx.execute(planDeliveries(channel));
      const due = await tx
        .select({ event: alertDeliveries.event, channel: alertDeliveries.channel })
        .from(alertDeliveries)
        .where(
          and(
            eq(alertDeliveries.state, 'waiting'),
            inArray(alertDeliveries.channel, [...channels]),
            lte(alertDeliveries.dueAt, sql`now()`),
          ),
        )
        .orderBy(asc(alertDeliveries.event))
        .limit(limit)
        .for('update', { skipLocked: true });
      const claimed = [];
      for (const { event, channel } of due) {
        const [{ attempts }] = await tx
          .update(alertDeliveries)
          .set({
            attempts: sql`${alertDeliveries.attempts} + 1`,
            dueAt: sql`now() + make_interval(secs => ${leaseSeconds})`,
          })
          .where(and(eq(alertDeliveries.event, event), eq(alertDeliveries.channel, channel)))
          .returning({ attempts: alertDeliveries.attempts });
        const [row] = await tx.select().from(alertEvents).where(eq(alertEvents.id, event));
        claimed.push({ eventId: event, channel, attempt: attempts, event: asAlertEvent(row) });
      }
      return claimed;
    }),
  async concludeDelivery({ eventId, channel }, outcome) {
    const { state } = outcome;
    await db
      .update(alertDeliveries)
      .set({
        state,
        error: state === 'sent' ? null : storableText(outcome.error),
        ...(state === 'sent' && { sentAt: new Date() }),
        ...(state === 'waiting' && { dueAt: new Date(outcome.retryAt) }),
      })
      .where(
        and(
          eq(alertDeliveries.event, eventId),
          eq(alertDeliveries.channel, channel),
          eq(alertDeliveries.state, 'waiting'),
        ),
      );
  },
});
