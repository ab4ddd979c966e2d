import { and, asc, eq, gt, max } from 'drizzle-orm';
import type { Database } from './database.ts';
import { alertEvents } from './schema/alerts.ts';
import type { AlertEvent, AlertRegistry } from './types.ts';

/** A row as the event that it holds, with the alert as it stood then, whatever has become of it since. */
export const asAlertEvent = ({ id, event, snapshot, at }: typeof alertEvents.$inferSelect): AlertEvent => ({
  id,
  event,
  alert: snapshot,
  at: at.toISOString(),
});

/** What happened to alerts, in order. */
export const alertEventRegistry = (db: Database): Pick<AlertRegistry, 'events' | 'newestEvent'> => ({
  async events(after, limit, pipeline) {
    const rows = await db
      .select()
      .from(alertEvents)
      .where(
        and(
          gt(alertEvents.id, after),
          pipeline === undefined ? undefined : eq(alertEvents.pipeline, pipeline),
        ),
      )
      .orderBy(asc(alertEvents.id))
      .limit(limit);
    return rows.map(asAlertEvent);
  },
  async newestEvent() {
    const [row] = await db.select({ id: max(alertEvents.id) }).from(alertEvents);
    return row?.id ?? 0;
  },
});
