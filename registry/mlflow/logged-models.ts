import { randomBytes } from 'node:crypto';
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { mlflowLoggedModels } from '../schema/mlflow.ts';
import {
  type Attributes,
  attributeCondition,
  attributeOrder,
  numberCondition,
  ordered,
  textAt,
  textCondition,
  wrongEntity,
} from './conditions.ts';
import { mlflowNotFound } from './errors.ts';
import { type Clause, parseFilter } from './filter.ts';
import { type Order, parseOrder } from './order.ts';
import { offsetOf, pageOf } from './page-token.ts';
import { randomName } from './random-name.ts';
import type { LoggedModelStatus, MlflowLoggedModel, MlflowLoggedModels, Texts } from './types.ts';

interface Row extends Record<string, unknown> {
  id: string;
  experiment_id: string;
  name: string;
  artifact_location: string;
  status: LoggedModelStatus;
  model_type: string | null;
  source_run_id: string | null;
  created_ms: string;
  updated_ms: string;
  params: Texts;
  tags: Texts;
  metrics: MlflowLoggedModel['metrics'];
}

const asModel = (row: Row): MlflowLoggedModel => ({
  id: row.id,
  experimentId: row.experiment_id,
  name: row.name,
  artifactLocation: row.artifact_location,
  status: row.status,
  ...(row.model_type === null ? {} : { modelType: row.model_type }),
  ...(row.source_run_id === null ? {} : { sourceRunId: row.source_run_id }),
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  params: row.params,
  tags: row.tags,
  metrics: row.metrics,
});

/** Of each metric of the model `l` on each dataset the newest value. */
const metricsOf = sql`(
  select coalesce(json_agg(json_strip_nulls(json_build_object('key', m.key, 'value', m.value, 'step', m.step,
    'timestampMs', m.timestamp_ms, 'modelId', m.model_id, 'datasetName', m.dataset_name,
    'datasetDigest', m.dataset_digest, 'runId', m.run_id))), '[]')
  from (select distinct on (key, dataset_name, dataset_digest) * from relevo.mlflow_metrics
    where model_id = l.id order by key, dataset_name, dataset_digest, step desc, timestamp_ms desc, value desc) m
)`;

const created = { kind: 'number', column: sql`l.created_ms` } as const;
const updated = { kind: 'number', column: sql`l.updated_ms` } as const;
const attributes: Attributes = {
  name: { kind: 'text', column: sql`l.name` },
  model_id: { kind: 'text', column: sql`l.id` },
  model_type: { kind: 'text', column: sql`l.model_type` },
  status: { kind: 'text', column: sql`replace(l.status, 'LOGGED_MODEL_', '')` },
  source_run_id: { kind: 'text', column: sql`l.source_run_id` },
  experiment_id: { kind: 'text', column: sql`l.experiment_id` },
  ...{ creation_timestamp: created, creation_time: created, creation_timestamp_ms: created },
  ...{ last_updated_timestamp: updated, last_updated_timestamp_ms: updated },
};

function condition(clause: Clause): SQL {
  const { entity, key } = clause;
  if (entity === 'attribute') return attributeCondition(attributes, clause);
  if (entity === 'param') return textCondition(textAt(sql`l.params`, key), clause);
  if (entity === 'tag') return textCondition(textAt(sql`l.tags`, key), clause);
  if (entity !== 'metric') throw wrongEntity(clause, 'filter', 'attributes, metrics, params and tags');
  const wanted = numberCondition(sql`m.value`, clause);
  return sql`exists (select from relevo.mlflow_metrics m where m.model_id = l.id and m.key = ${key} and ${wanted})`;
}

function ordering(order: Order): SQL {
  const { entity, key, descending } = order;
  if (entity === 'attribute') return ordered(attributeOrder(attributes, order), descending);
  if (entity !== 'metric') throw wrongEntity(order, 'order_by', 'attributes and metrics');
  const newest = sql`(select m.value from relevo.mlflow_metrics m where m.model_id = l.id and m.key = ${key}
    order by m.step desc, m.timestamp_ms desc, m.value desc limit 1)`;
  return ordered(newest, descending);
}

/** A model that is deleted keeps its row and its files; nothing finds or changes it, and it may be deleted again. */
export function mlflowLoggedModelRegistry(db: Database): MlflowLoggedModels {
  const notFound = (id: string) => mlflowNotFound(`Logged model with ID '${id}'`, 'model_id', id);
  const get = async (id: string): Promise<MlflowLoggedModel> => {
    const { rows } = await db.execute<Row>(sql`
      select l.*, ${metricsOf} as metrics from relevo.mlflow_logged_models l
      where l.id = ${id} and l.lifecycle_stage = 'active'`);
    if (rows.length === 0) throw notFound(id);
    return asModel(rows[0]);
  };
  const change = async (id: string, set: Record<string, SQL | string>, stages = ['active']) => {
    const changed = await db
      .update(mlflowLoggedModels)
      .set({ ...set, updatedMs: Date.now() })
      .where(and(eq(mlflowLoggedModels.id, id), inArray(mlflowLoggedModels.lifecycleStage, stages)))
      .returning({ id: mlflowLoggedModels.id });
    if (changed.length === 0) throw notFound(id);
  };
  const { params: paramsColumn, tags: tagsColumn } = mlflowLoggedModels;
  return {
    async create({ experimentId, name, modelType, sourceRunId, params, tags }) {
      const { rows } = await db.execute<{ artifact_location: string }>(
        sql`select artifact_location from relevo.mlflow_experiments where id = ${experimentId} and lifecycle_stage = 'active'`,
      );
      if (rows.length === 0)
        throw mlflowNotFound(`Active experiment with id=${experimentId}`, 'experiment_id', experimentId);
      const id = `m-${randomBytes(16).toString('hex')}`;
      const at = Date.now();
      await db.insert(mlflowLoggedModels).values({
        ...{ id, experimentId, name: name || randomName(), modelType, sourceRunId, params, tags },
        artifactLocation: `${rows[0].artifact_location.replace(/\/+$/, '')}/models/${id}/artifacts`,
        createdMs: at,
        updatedMs: at,
      });
      return await get(id);
    },
    get,
    async search(experimentIds, { filter = '', orderBy = [], maxResults, pageToken }) {
      const conditions = [
        sql`l.lifecycle_stage = 'active'`,
        sql`l.experiment_id = any(${sql.param(experimentIds)}::text[])`,
        ...parseFilter(filter).map(condition),
      ];
      const order = [...orderBy.map(parseOrder).map(ordering), sql`l.created_ms desc nulls last`, sql`l.id`];
      const offset = offsetOf(pageToken);
      const { rows } = await db.execute<Row>(sql`
        select l.*, ${metricsOf} as metrics from relevo.mlflow_logged_models l
        where ${sql.join(conditions, sql` and `)}
        order by ${sql.join(order, sql`, `)} limit ${maxResults + 1} offset ${offset}`);
      const { items, ...next } = pageOf(rows, offset, maxResults);
      return { items: items.map(asModel), ...next };
    },
    async finish(id, status) {
      await change(id, { status });
      return await get(id);
    },
    addTags: (id, tags) => change(id, { tags: sql`${tagsColumn} || ${JSON.stringify(tags)}::jsonb` }),
    addParams: (id, params) =>
      change(id, { params: sql`${paramsColumn} || ${JSON.stringify(params)}::jsonb` }),
    deleteTag: (id, key) => change(id, { tags: sql`${tagsColumn} - ${key}::text` }),
    delete: (id) => change(id, { lifecycleStage: 'deleted' }, ['active', 'deleted']),
  };
}
