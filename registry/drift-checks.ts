import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { RelevoError } from '../contracts/errors.ts';
import { parseCursor } from './cursor.ts';
import { type Database, lockPipeline, type Transaction } from './database.ts';
import { driftChecks, monitorStates } from './schema/drift.ts';
import type { DriftCheck, DriftRegistry, DriftSaved, MonitorState, NewDriftCheck } from './types.ts';

const asCheck = ({ sequence, ...row }: typeof driftChecks.$inferSelect): DriftCheck => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  cursor: String(sequence),
});

async function newestState(
  db: Database | Transaction,
  pipeline: string,
): Promise<{ after: string; state: MonitorState } | undefined> {
  const [row] = await db.select().from(monitorStates).where(eq(monitorStates.pipeline, pipeline));
  return row && { after: row.checkId, state: row.state };
}

type Memory = Parameters<DriftRegistry['save']>[1];

async function saveIn(tx: Transaction, check: NewDriftCheck, memory: Memory): Promise<DriftSaved> {
  const { pipeline, id } = check;
  await lockPipeline(tx, pipeline);
  const [known] = await tx
    .select({ id: driftChecks.id })
    .from(driftChecks)
    .where(and(eq(driftChecks.pipeline, pipeline), eq(driftChecks.id, id)));
  if (known) return 'repeated';
  if (memory && memory.after !== ((await newestState(tx, pipeline))?.after ?? null)) return 'overtaken';
  await tx.insert(driftChecks).values(check);
  if (!memory) return 'saved';
  const { state } = memory;
  await tx
    .insert(monitorStates)
    .values({ pipeline, checkId: id, state })
    .onConflictDoUpdate({
      target: monitorStates.pipeline,
      set: { checkId: id, state, updatedAt: sql`now()` },
    });
  return 'saved';
}

/** Drift checks, and what the next one must know of the last. */
export function driftRegistry(db: Database): DriftRegistry {
  const newest = (pipeline: string, limit: number, before?: string) =>
    db
      .select()
      .from(driftChecks)
      .where(
        and(
          eq(driftChecks.pipeline, pipeline),
          before === undefined ? undefined : lt(driftChecks.sequence, parseCursor(before, 'drift checks')),
        ),
      )
      .orderBy(desc(driftChecks.sequence))
      .limit(limit);
  return {
    save: (check, memory) => db.transaction((tx) => saveIn(tx, check, memory)),
    async get(pipeline, id) {
      const [row] = await db
        .select()
        .from(driftChecks)
        .where(and(eq(driftChecks.pipeline, pipeline), eq(driftChecks.id, id)));
      if (row) return asCheck(row);
      throw new RelevoError('DRIFT_CHECK_NOT_FOUND', `"${pipeline}" has no drift check "${id}"`, {
        field: 'id',
        value: id,
        remedy: `"relevo drift checks ${pipeline}" lists them.`,
      });
    },
    async list(pipeline, { limit = 100, before } = {}) {
      return (await newest(pipeline, limit, before)).map(asCheck);
    },
    async latest(pipeline) {
      const [row] = await newest(pipeline, 1);
      return row && asCheck(row);
    },
    state: (pipeline) => newestState(db, pipeline),
  };
}
