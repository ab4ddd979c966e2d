import { randomBytes } from 'node:crypto';
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database.ts';
import { mlflowMetrics, mlflowRuns } from '../schema/mlflow.ts';
import { invalid, mlflowNotFound } from './errors.ts';
import { logBatch } from './logging.ts';
import { offsetOf, pageOf } from './page-token.ts';
import { randomName } from './random-name.ts';
import { runJson } from './run-json.ts';
import { searchRuns } from './run-search.ts';
import { runsSeen } from './sources.ts';
import type { MlflowMetric, MlflowRunJson, MlflowRuns, NewMlflowRun } from './types.ts';

const nameTag = 'mlflow.runName';

const runNotFound = (id: string) => mlflowNotFound(`Run with id=${id}`, 'run_id', id);

/** The run's row, locked against other writers of it. @throws RelevoError MLFLOW_NOT_FOUND, REQUEST_INVALID */
async function lockRun(tx: Transaction, id: string, active = true): Promise<{ experimentId: string }> {
  const [run] = await tx
    .select({ stage: mlflowRuns.lifecycleStage, experimentId: mlflowRuns.experimentId })
    .from(mlflowRuns)
    .where(eq(mlflowRuns.id, id))
    .for('no key update');
  if (run === undefined) throw runNotFound(id);
  if (active && run.stage !== 'active')
    throw invalid(`The run ${id} must be in the 'active' state.`, 'run_id', id, 'a run that is not deleted');
  return run;
}

function nameOf({ name, tags }: NewMlflowRun): string {
  const tagged = Object.hasOwn(tags, nameTag) ? tags[nameTag] : undefined;
  if (name && tagged && name !== tagged)
    throw invalid(
      "Both 'run_name' and the tag mlflow.runName are given and differ.",
      'run_name',
      name,
      tagged,
    );
  return name || tagged || randomName();
}

/**
 * Trainings of pipelines are found as runs and cannot be changed: MLFLOW_NOT_FOUND. A deleted run takes only
 * `setStage`.
 */
export function mlflowRunRegistry(db: Database): MlflowRuns {
  const read = async (id: string, from: Database | Transaction = db): Promise<MlflowRunJson> => {
    const { rows } = await from.execute<{ run: string }>(
      sql`select ${runJson} as run from ${runsSeen} r where r.id = ${id} limit 1`,
    );
    if (rows.length === 0) throw runNotFound(id);
    return rows[0].run;
  };
  const change = (id: string, set: Record<string, SQL | string | number | undefined>, active = true) =>
    db.transaction(async (tx) => {
      await lockRun(tx, id, active);
      await tx.update(mlflowRuns).set(set).where(eq(mlflowRuns.id, id));
      return await read(id, tx);
    });
  return {
    create: (run) =>
      db.transaction(async (tx) => {
        const { experimentId, userId, startMs } = run;
        const { rows } = await tx.execute<{ artifact_location: string }>(
          sql`select artifact_location from relevo.mlflow_experiments
            where id = ${experimentId} and lifecycle_stage = 'active' for key share`,
        );
        if (rows.length === 0)
          throw mlflowNotFound(`Active experiment with id=${experimentId}`, 'experiment_id', experimentId);
        const id = randomBytes(16).toString('hex');
        const name = nameOf(run);
        await tx.insert(mlflowRuns).values({
          ...{ id, experimentId, name, userId, startMs },
          tags: { ...run.tags, [nameTag]: name },
          artifactUri: `${rows[0].artifact_location.replace(/\/+$/, '')}/${id}/artifacts`,
        });
        return await read(id, tx);
      }),
    get: (id) => read(id),
    search: (experimentIds, search) => searchRuns(db, experimentIds, search),
    update: (id, { status, endMs, name }) =>
      change(id, {
        status,
        endMs,
        ...(name && {
          name,
          tags: sql`${mlflowRuns.tags} || jsonb_build_object(${nameTag}::text, ${name}::text)`,
        }),
        // Drizzle refuses an update of nothing.
        lifecycleStage: 'active',
      }),
    async setStage(id, stage) {
      await change(id, { lifecycleStage: stage }, false);
    },
    log: (id, batch) =>
      db.transaction(async (tx) => {
        if (Object.keys(batch.params).length + Object.keys(batch.tags).length > 0) await lockRun(tx, id);
        else await demandActive(tx, id);
        await logBatch(tx, id, batch);
      }),
    async deleteTag(id, key) {
      await db.transaction(async (tx) => {
        await lockRun(tx, id);
        const changed = await tx
          .update(mlflowRuns)
          .set({ tags: sql`${mlflowRuns.tags} - ${key}::text` })
          .where(and(eq(mlflowRuns.id, id), sql`${mlflowRuns.tags} ? ${key}::text`))
          .returning({ id: mlflowRuns.id });
        if (changed.length === 0) throw mlflowNotFound(`Tag "${key}" of the run ${id}`, 'key', key);
      });
    },
    async link(id, { datasetInputs, modelInputs, modelOutputs }) {
      await change(id, {
        datasetInputs: datasetInputs && joined(sql`${mlflowRuns.datasetInputs}`, datasetInputs),
        modelInputs: modelInputs && joined(sql`${mlflowRuns.modelInputs}`, modelInputs),
        modelOutputs: modelOutputs && joined(sql`${mlflowRuns.modelOutputs}`, modelOutputs),
        lifecycleStage: 'active',
      });
    },
    async history(id, key, { maxResults, pageToken }) {
      const offset = offsetOf(pageToken);
      const { timestampMs, step, value, runId, key: metric } = mlflowMetrics;
      const query = db
        .select()
        .from(mlflowMetrics)
        .where(and(eq(runId, id), eq(metric, key)))
        .orderBy(asc(timestampMs), asc(step), asc(value))
        .offset(offset);
      const rows = await (maxResults === undefined ? query : query.limit(maxResults + 1));
      // A metric that was never logged is no fault, a run that is not there is.
      if (rows.length === 0) await read(id);
      const { items, ...next } = pageOf(rows, offset, maxResults ?? rows.length);
      return { items: items.map(asMetric), ...next };
    },
  };
}

async function demandActive(tx: Transaction, id: string): Promise<void> {
  const [run] = await tx
    .select({ stage: mlflowRuns.lifecycleStage })
    .from(mlflowRuns)
    .where(eq(mlflowRuns.id, id));
  if (run === undefined) throw runNotFound(id);
  if (run.stage !== 'active')
    throw invalid(`The run ${id} must be in the 'active' state.`, 'run_id', id, 'a run that is not deleted');
}

/** A list with what is not yet in it. */
const joined = (list: SQL, added: readonly unknown[]): SQL => sql`${list} || coalesce((
  select jsonb_agg(distinct a) from jsonb_array_elements(${JSON.stringify(added)}::jsonb) a where not ${list} @> jsonb_build_array(a)
), '[]')`;

/** A row as the metric that it holds; what is NULL is absent, and the value may be NaN or infinite. */
export const asMetric = (row: typeof mlflowMetrics.$inferSelect): MlflowMetric => ({
  key: row.key,
  value: row.value,
  timestampMs: row.timestampMs,
  step: row.step,
  ...(row.modelId === null ? {} : { modelId: row.modelId }),
  ...(row.datasetName === null ? {} : { datasetName: row.datasetName }),
  ...(row.datasetDigest === null ? {} : { datasetDigest: row.datasetDigest }),
});
