import { and, desc, eq } from 'drizzle-orm';
import { alertSeverities, type NewAlert } from '../contracts/alerts.ts';
import { type AlertRow, asAlert, lockAlerts, recordChange, recordEvent } from './alert-book.ts';
import { storableText, type Transaction } from './database.ts';
import { alerts } from './schema/alerts.ts';
import type { AlertEventKind, RaisedAlert } from './types.ts';

const minuteMs = 60_000;

/** The newest alert of the key, where it still stands, has just ended, or is silenced. */
async function standing(
  tx: Transaction,
  { pipeline, dedupKey }: NewAlert,
  cooldownMinutes: number,
): Promise<AlertRow | undefined> {
  const [newest] = await tx
    .select()
    .from(alerts)
    .where(and(eq(alerts.pipeline, pipeline), eq(alerts.dedupKey, dedupKey)))
    .orderBy(desc(alerts.sequence))
    .limit(1);
  if (newest === undefined || newest.resolvedAt === null) return newest;
  const isRecent = Date.now() - newest.resolvedAt.getTime() < cooldownMinutes * minuteMs;
  return isRecent || isSilenced(newest) ? newest : undefined;
}

const isSilenced = ({ silencedUntil }: AlertRow): boolean =>
  silencedUntil !== null && silencedUntil.getTime() > Date.now();

/** An activity that is tried again raises what it raised before. */
function isRepetition(found: AlertRow, { about, severity }: NewAlert): boolean {
  const same = (name: string) => about[name] !== undefined && about[name] === found.about[name];
  return found.state !== 'resolved' && found.severity === severity && (same('check') || same('run'));
}

const rank = (severity: NewAlert['severity']): number => alertSeverities.indexOf(severity);

const clean = ({ en, es }: NewAlert['message']): NewAlert['message'] => ({
  en: storableText(en),
  es: storableText(es),
});

async function open(tx: Transaction, alert: NewAlert): Promise<AlertRow> {
  const now = new Date();
  const [row] = await tx
    .insert(alerts)
    .values({ ...alert, message: clean(alert.message), firstAt: now, lastAt: now, toldAt: now })
    .returning();
  await recordEvent(tx, row, 'raised', true);
  return row;
}

/** The same fault again: what a person has said of it stays, unless it has become worse. */
async function again(tx: Transaction, found: AlertRow, alert: NewAlert): Promise<AlertRow> {
  const isWorse = rank(alert.severity) > rank(found.severity);
  const wasResolved = found.state === 'resolved';
  const event: AlertEventKind = isWorse ? 'escalated' : wasResolved ? 'reopened' : 'repeated';
  const { silencedUntil, toldAt } = found;
  const silenceEnded = silencedUntil !== null && toldAt !== null && silencedUntil > toldAt;
  const change = {
    severity: alert.severity,
    message: clean(alert.message),
    about: alert.about,
    count: found.count + 1,
    lastAt: new Date(),
    ...(wasResolved && { state: 'open' as const, resolvedAt: null }),
    ...(isWorse && { state: 'open' as const, resolvedAt: null, acknowledgedBy: null, note: null }),
  };
  const tell = !isSilenced(found) && (isWorse || silenceEnded);
  return await recordChange(tx, found, change, event, tell);
}

/** `AlertRegistry.raise` within a transaction, which holds the lock of all alerts from here to its end. */
export async function raiseIn(
  tx: Transaction,
  alert: NewAlert,
  cooldownMinutes: number,
): Promise<RaisedAlert> {
  await lockAlerts(tx);
  const found = await standing(tx, alert, cooldownMinutes);
  if (found === undefined) return { ...asAlert(await open(tx, alert)), isNew: true };
  if (isRepetition(found, alert)) return { ...asAlert(found), isNew: false };
  return { ...asAlert(await again(tx, found, alert)), isNew: false };
}
