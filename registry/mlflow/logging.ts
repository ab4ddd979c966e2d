import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../database.ts';
import { mlflowRuns } from '../schema/mlflow.ts';
import { invalid } from './errors.ts';
import type { MlflowBatch, MlflowMetric, Texts } from './types.ts';

/** Logs into an active run; parameters and tags need its row locked. */
export async function logBatch(tx: Transaction, id: string, batch: MlflowBatch): Promise<void> {
  if (Object.keys(batch.params).length > 0) await logParams(tx, id, batch.params);
  if (batch.metrics.length > 0) await logMetrics(tx, id, batch.metrics);
  if (Object.keys(batch.tags).length > 0) {
    const name = Object.hasOwn(batch.tags, 'mlflow.runName') ? batch.tags['mlflow.runName'] : undefined;
    await tx
      .update(mlflowRuns)
      .set({ tags: sql`${mlflowRuns.tags} || ${JSON.stringify(batch.tags)}::jsonb`, ...(name && { name }) })
      .where(eq(mlflowRuns.id, id));
  }
}

async function logParams(tx: Transaction, id: string, params: Texts): Promise<void> {
  const [{ known }] = await tx
    .select({ known: mlflowRuns.params })
    .from(mlflowRuns)
    .where(eq(mlflowRuns.id, id));
  for (const [key, value] of Object.entries(params)) {
    if (!Object.hasOwn(known, key) || known[key] === value) continue;
    throw invalid(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known[key]}' for run ID='${id}'. Attempted logging new value '${value}'.`,
      'params',
      key,
      known[key],
    );
  }
  await tx
    .update(mlflowRuns)
    .set({ params: sql`${mlflowRuns.params} || ${JSON.stringify(params)}::jsonb` })
    .where(eq(mlflowRuns.id, id));
}

/** One statement for the history and one for the newest values, however many metrics. */
async function logMetrics(tx: Transaction, id: string, metrics: readonly MlflowMetric[]): Promise<void> {
  const list = <T>(of: (metric: MlflowMetric) => T, type: string) =>
    sql`${sql.param(metrics.map(of))}::${sql.raw(type)}[]`;
  const given = sql`unnest(
    ${list(({ key }) => key, 'text')}, ${list(({ step }) => step, 'bigint')},
    ${list(({ timestampMs }) => timestampMs, 'bigint')},
    ${list(({ value }) => String(value), 'double precision')},
    ${list(({ modelId }) => modelId ?? null, 'text')}, ${list(({ datasetName }) => datasetName ?? null, 'text')},
    ${list(({ datasetDigest }) => datasetDigest ?? null, 'text')}
  ) as m (key, step, timestamp_ms, value, model_id, dataset_name, dataset_digest)`;
  const columns = sql`run_id, key, step, timestamp_ms, value, model_id, dataset_name, dataset_digest`;
  await tx.execute(sql`
    insert into relevo.mlflow_metrics (${columns})
    select ${id}, m.* from ${given} on conflict do nothing`);
  // In the order of the keys, so that two batches at once wait for one another instead of both for ever.
  await tx.execute(sql`
    insert into relevo.mlflow_latest_metrics as latest (${columns})
    select distinct on (m.key) ${id}, m.* from ${given}
    order by m.key, m.step desc, m.timestamp_ms desc, m.value desc
    on conflict (run_id, key) do update set step = excluded.step, timestamp_ms = excluded.timestamp_ms,
      value = excluded.value, model_id = excluded.model_id, dataset_name = excluded.dataset_name,
      dataset_digest = excluded.dataset_digest
    where (excluded.step, excluded.timestamp_ms, excluded.value) > (latest.step, latest.timestamp_ms, latest.value)`);
}
