import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { RelevoError } from '../contracts/errors.ts';
import { parseCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { runs } from './schema/runs.ts';
import type { Run, RunRegistry } from './types.ts';

const asRun = ({ sequence, ...row }: typeof runs.$inferSelect): Run => ({
  ...row,
  result: row.result ?? undefined,
  error: row.error ?? undefined,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString(),
  cursor: String(sequence),
});

const notFound = (id: string): RelevoError =>
  new RelevoError('RUN_NOT_FOUND', `There is no run "${id}"`, { field: 'id', value: id });

/** Runs in the database. REQUEST_UNPROCESSABLE from `list` for a `before` that is no cursor. */
export function runRegistry(db: Database): RunRegistry {
  const one = async (id: string, workflowRunId: string): Promise<Run> => {
    const [row] = await db
      .select()
      .from(runs)
      .where(and(eq(runs.id, id), eq(runs.workflowRunId, workflowRunId)));
    if (row === undefined) throw notFound(id);
    return asRun(row);
  };
  return {
    async start(run) {
      await db
        .insert(runs)
        .values(run)
        .onConflictDoNothing({ target: [runs.id, runs.workflowRunId] });
      return one(run.id, run.workflowRunId);
    },
    async finish({ id, workflowRunId, state, result, error }) {
      await db
        .update(runs)
        .set({ state, result, error, finishedAt: sql`now()` })
        .where(and(eq(runs.id, id), eq(runs.workflowRunId, workflowRunId), eq(runs.state, 'running')));
      return one(id, workflowRunId);
    },
    async get(id) {
      const [row] = await db.select().from(runs).where(eq(runs.id, id)).orderBy(desc(runs.sequence)).limit(1);
      if (row === undefined) throw notFound(id);
      return asRun(row);
    },
    async list({ pipeline, kind, state, limit, before }) {
      const rows = await db
        .select()
        .from(runs)
        .where(
          and(
            pipeline === undefined ? undefined : eq(runs.pipeline, pipeline),
            kind === undefined ? undefined : eq(runs.kind, kind),
            state === undefined ? undefined : eq(runs.state, state),
            before === undefined ? undefined : lt(runs.sequence, parseCursor(before, 'runs')),
          ),
        )
        .orderBy(desc(runs.sequence))
        .limit(limit);
      return rows.map(asRun);
    },
  };
}
