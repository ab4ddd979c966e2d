import { and, desc, eq, lt } from 'drizzle-orm';
import { RelevoError } from '../../contracts/errors.ts';
import { parseCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { storableText } from '../database.ts';
import { isUnfit } from '../failures.ts';
import { auditEvents } from '../schema/access.ts';
import type { AuditEvent, AuditRegistry } from './types.ts';

const asEvent = ({ id, at, ...row }: typeof auditEvents.$inferSelect): AuditEvent => ({
  id: String(id),
  at: at.toISOString(),
  actor: row.actor,
  action: row.action,
  target: row.target,
  outcome: row.outcome,
  pipeline: row.pipeline ?? undefined,
  requestId: row.requestId ?? undefined,
  remoteAddress: row.remoteAddress ?? undefined,
  status: row.status ?? undefined,
  input: row.input ?? undefined,
  before: row.before ?? undefined,
  after: row.after ?? undefined,
});

/** PostgreSQL's json holds no NUL either, escaped or not. */
const storable = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '\\ufffd'));

/**
 * The audit in the database. NUL in a text is replaced, so that no event is lost over it. REQUEST_UNPROCESSABLE from
 * `list` for a `before` that is no event's id.
 */
export function auditRegistry(db: Database): AuditRegistry {
  return {
    async add({ at, input, before, after, ...event }) {
      const row = {
        ...event,
        at: at === undefined ? undefined : new Date(at),
        actor: storableText(event.actor),
        action: storableText(event.action),
        target: storableText(event.target),
        pipeline: event.pipeline === undefined ? undefined : storableText(event.pipeline),
        input: storable(input),
        before: storable(before),
        after: storable(after),
      };
      try {
        await db.insert(auditEvents).values(row).onConflictDoNothing({ target: auditEvents.eventKey });
      } catch (error) {
        if (!isUnfit(error)) throw error;
        throw new RelevoError(
          'REQUEST_UNPROCESSABLE',
          'The database refuses a record of a change.',
          {},
          { cause: error },
        );
      }
    },
    async list({ actor, pipeline, limit, before }) {
      const rows = await db
        .select()
        .from(auditEvents)
        .where(
          and(
            actor === undefined ? undefined : eq(auditEvents.actor, actor),
            pipeline === undefined ? undefined : eq(auditEvents.pipeline, pipeline),
            before === undefined ? undefined : lt(auditEvents.id, parseCursor(before, 'audit events')),
          ),
        )
        .orderBy(desc(auditEvents.id))
        .limit(limit);
      return rows.map(asEvent);
    },
  };
}
