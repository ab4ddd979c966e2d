import { eq, sql } from 'drizzle-orm';
import type { Alert } from '../contracts/alerts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { Database, Transaction } from './database.ts';
import { alertEvents, alerts } from './schema/alerts.ts';
import type { AlertEventKind } from './types.ts';

export type AlertRow = typeof alerts.$inferSelect;

/** A row as the alert that it holds; its id is the number of the row. */
export const asAlert = (row: AlertRow): Alert => ({
  id: String(row.sequence),
  pipeline: row.pipeline,
  kind: row.kind,
  severity: row.severity,
  dedupKey: row.dedupKey,
  message: row.message,
  count: row.count,
  firstAt: row.firstAt.toISOString(),
  lastAt: row.lastAt.toISOString(),
  state: row.state,
  acknowledgedBy: row.acknowledgedBy ?? undefined,
  note: row.note ?? undefined,
  silencedUntil: row.silencedUntil?.toISOString(),
  about: row.about,
});

const notFound = (id: string): RelevoError =>
  new RelevoError('ALERT_NOT_FOUND', `There is no alert "${id}"`, {
    field: 'id',
    value: id,
    remedy: '"relevo alerts" lists them.',
  });

/** @throws RelevoError ALERT_NOT_FOUND where the text cannot be an alert's id. */
export function parseAlertId(id: string): number {
  if (!/^\d{1,15}$/.test(id)) throw notFound(id);
  return Number(id);
}

/** @throws RelevoError ALERT_NOT_FOUND */
export async function demandAlert(db: Database | Transaction, id: string): Promise<AlertRow> {
  const [row] = await db
    .select()
    .from(alerts)
    .where(eq(alerts.sequence, parseAlertId(id)));
  if (row === undefined) throw notFound(id);
  return row;
}

/**
 * Changes to alerts go one by one until the transaction ends: what stands is read before it is written, and
 * events come to be seen in the order of their ids, which readers rely on.
 */
export async function lockAlerts(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('relevo.alerts', 0))`);
}

/** Puts a line into the alerts' events. */
export async function recordEvent(
  tx: Transaction,
  row: AlertRow,
  event: AlertEventKind,
  tell: boolean,
): Promise<void> {
  const { sequence, pipeline } = row;
  await tx.insert(alertEvents).values({ alert: sequence, pipeline, event, snapshot: asAlert(row), tell });
}

/** Changes an alert and says so in the events; `tell` sends it to people. */
export async function recordChange(
  tx: Transaction,
  { sequence }: AlertRow,
  change: Partial<typeof alerts.$inferInsert>,
  event: AlertEventKind,
  tell = false,
): Promise<AlertRow> {
  const told = tell ? { ...change, toldAt: new Date() } : change;
  const [row] = await tx.update(alerts).set(told).where(eq(alerts.sequence, sequence)).returning();
  await recordEvent(tx, row, event, tell);
  return row;
}
