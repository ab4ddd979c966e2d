import { and, desc, eq, lt } from 'drizzle-orm';
import type { Alert } from '../contracts/alerts.ts';
import { RelevoError } from '../contracts/errors.ts';
import { asAlert, demandAlert, lockAlerts, parseAlertId, recordChange } from './alert-book.ts';
import { alertDeliveryRegistry } from './alert-deliveries.ts';
import { alertEventRegistry } from './alert-events.ts';
import { raiseIn } from './alert-raising.ts';
import { type Database, storableText } from './database.ts';
import { alerts } from './schema/alerts.ts';
import type { AlertRegistry } from './types.ts';

/** An alert that returns within an hour of its end is the same one. */
const usualCooldownMinutes = 60;

/** What people should know: each fault once, with who has seen it and what was sent. */
export function alertRegistry(db: Database): AlertRegistry {
  const one = async (id: string): Promise<Alert> => asAlert(await demandAlert(db, id));
  return {
    raise: (alert, cooldownMinutes = usualCooldownMinutes) =>
      db.transaction((tx) => raiseIn(tx, alert, cooldownMinutes)),
    async list({ pipeline, kind, state, limit, before }) {
      const rows = await db
        .select()
        .from(alerts)
        .where(
          and(
            pipeline === undefined ? undefined : eq(alerts.pipeline, pipeline),
            kind === undefined ? undefined : eq(alerts.kind, kind),
            state === undefined ? undefined : eq(alerts.state, state),
            before === undefined ? undefined : lt(alerts.sequence, parseAlertId(before)),
          ),
        )
        .orderBy(desc(alerts.sequence))
        .limit(limit);
      return rows.map(asAlert);
    },
    get: one,
    acknowledge: (id, { actor, note }) =>
      db.transaction(async (tx) => {
        await lockAlerts(tx);
        const found = await demandAlert(tx, id);
        if (found.state === 'resolved') return asAlert(found);
        const by = {
          acknowledgedBy: storableText(actor),
          note: note === undefined ? null : storableText(note),
        };
        const same =
          found.state === 'acknowledged' &&
          found.acknowledgedBy === by.acknowledgedBy &&
          found.note === by.note;
        if (same) return asAlert(found);
        return asAlert(await recordChange(tx, found, { state: 'acknowledged', ...by }, 'acknowledged'));
      }),
    silence: (id, until) =>
      db.transaction(async (tx) => {
        const silencedUntil = new Date(until);
        if (Number.isNaN(silencedUntil.getTime()))
          throw new RelevoError('REQUEST_INVALID', `"${until}" is no moment`, {
            field: 'until',
            value: until,
            expected: 'a moment as ISO 8601',
          });
        await lockAlerts(tx);
        const found = await demandAlert(tx, id);
        if (found.silencedUntil?.getTime() === silencedUntil.getTime()) return asAlert(found);
        return asAlert(await recordChange(tx, found, { silencedUntil }, 'silenced'));
      }),
    resolve: (pipeline, dedupKey) =>
      db.transaction(async (tx) => {
        await lockAlerts(tx);
        const [found] = await tx
          .select()
          .from(alerts)
          .where(and(eq(alerts.pipeline, pipeline), eq(alerts.dedupKey, dedupKey)))
          .orderBy(desc(alerts.sequence))
          .limit(1);
        if (found === undefined || found.state === 'resolved') return;
        await recordChange(tx, found, { state: 'resolved', resolvedAt: new Date() }, 'resolved');
      }),
    ...alertEventRegistry(db),
    ...alertDeliveryRegistry(db),
  };
}
