import { eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { sqlState } from '../failures.ts';
import { mlflowExperiments, mlflowRuns } from '../schema/mlflow.ts';
import {
  type Attributes,
  attributeCondition,
  attributeOrder,
  ordered,
  textAt,
  textCondition,
  wrongEntity,
} from './conditions.ts';
import { invalid, mlflowAlreadyExists, mlflowNotFound } from './errors.ts';
import { type Clause, parseFilter } from './filter.ts';
import { parseOrder } from './order.ts';
import { offsetOf, pageOf } from './page-token.ts';
import { experimentsSeen, pipelinePrefix } from './sources.ts';
import { demandAddress } from './storage-location.ts';
import type { LifecycleStage, MlflowExperiment, MlflowExperiments, Texts } from './types.ts';

interface Row extends Record<string, unknown> {
  id: string;
  name: string;
  artifact_location: string;
  lifecycle_stage: LifecycleStage;
  created_ms: string;
  updated_ms: string;
  tags: Texts;
}

const asExperiment = (row: Row): MlflowExperiment => ({
  id: row.id,
  name: row.name,
  artifactLocation: row.artifact_location,
  lifecycleStage: row.lifecycle_stage,
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  tags: row.tags,
});

const created = { kind: 'number', column: sql`e.created_ms` } as const;
const updated = { kind: 'number', column: sql`e.updated_ms` } as const;
const attributes: Attributes = {
  name: { kind: 'text', column: sql`e.name` },
  experiment_id: { kind: 'text', column: sql`e.id` },
  lifecycle_stage: { kind: 'text', column: sql`e.lifecycle_stage` },
  ...{ creation_time: created, last_update_time: updated, last_updated_time: updated },
};

function condition(clause: Clause): SQL {
  if (clause.entity === 'attribute') return attributeCondition(attributes, clause);
  if (clause.entity === 'tag') return textCondition(textAt(sql`e.tags`, clause.key), clause);
  throw wrongEntity(clause, 'filter', 'attributes and tags');
}

function ordering(text: string): SQL {
  const order = parseOrder(text);
  if (order.entity !== 'attribute') throw wrongEntity(order, 'order_by', 'attributes');
  return ordered(attributeOrder(attributes, order), order.descending);
}

const nowMs = (): number => Date.now();

/**
 * Pipelines are found as experiments and cannot be changed: MLFLOW_NOT_FOUND. No name may begin with `pipelinePrefix`.
 */
export function mlflowExperimentRegistry(db: Database): MlflowExperiments {
  const one = async (where: SQL, missing: () => Error): Promise<MlflowExperiment> => {
    const { rows } = await db.execute<Row>(sql`select e.* from ${experimentsSeen} e where ${where} limit 1`);
    const [row] = rows;
    if (row === undefined) throw missing();
    return asExperiment(row);
  };
  const change = async (id: string, set: Partial<typeof mlflowExperiments.$inferInsert>, tags?: SQL) => {
    const changed = await db
      .update(mlflowExperiments)
      .set({ ...set, ...(tags === undefined ? {} : { tags }), updatedMs: nowMs() })
      .where(eq(mlflowExperiments.id, id))
      .returning({ id: mlflowExperiments.id });
    if (changed.length === 0) throw mlflowNotFound(`Experiment with id=${id}`, 'experiment_id', id);
  };
  return {
    async create({ name, artifactLocation, tags }) {
      const taken = () => mlflowAlreadyExists(`Experiment(name=${name})`, 'name', name);
      if (name.startsWith(pipelinePrefix)) throw taken();
      const { rows } = await db.execute<{ id: string }>(
        sql`select nextval('relevo.mlflow_experiment_ids')::text as id`,
      );
      const id = rows[0].id;
      const at = nowMs();
      const added = await db
        .insert(mlflowExperiments)
        .values({
          ...{ id, name, tags, createdMs: at, updatedMs: at },
          artifactLocation:
            artifactLocation === undefined
              ? `mlflow-artifacts:/${id}`
              : demandAddress(artifactLocation, 'artifact_location'),
        })
        .onConflictDoNothing({ target: mlflowExperiments.name })
        .returning({ id: mlflowExperiments.id });
      if (added.length === 0) throw taken();
      return id;
    },
    get: (id) =>
      one(sql`e.id = ${id}`, () => mlflowNotFound(`Experiment with id=${id}`, 'experiment_id', id)),
    byName: (name) =>
      one(sql`e.name = ${name}`, () =>
        mlflowNotFound(`Experiment with name "${name}"`, 'experiment_name', name),
      ),
    async search({ filter = '', orderBy = [], maxResults, pageToken, stages = ['active'] }) {
      const conditions = [
        sql`e.lifecycle_stage = any(${sql.param(stages)}::text[])`,
        ...parseFilter(filter).map(condition),
      ];
      const order = [...orderBy.map(ordering), sql`e.created_ms desc`, sql`e.id desc`];
      const offset = offsetOf(pageToken);
      const { rows } = await db.execute<Row>(sql`
        select e.* from ${experimentsSeen} e
        where ${sql.join(conditions, sql` and `)}
        order by ${sql.join(order, sql`, `)} limit ${maxResults + 1} offset ${offset}`);
      const { items, ...next } = pageOf(rows, offset, maxResults);
      return { items: items.map(asExperiment), ...next };
    },
    async rename(id, name) {
      if (name.startsWith(pipelinePrefix))
        throw mlflowAlreadyExists(`Experiment(name=${name})`, 'name', name);
      const { lifecycleStage } = await one(sql`e.id = ${id}`, () =>
        mlflowNotFound(`Experiment with id=${id}`, 'experiment_id', id),
      );
      if (lifecycleStage !== 'active')
        throw invalid('Cannot rename a non-active experiment.', 'experiment_id', id, 'an active experiment');
      await change(id, { name }).catch((error: unknown) => {
        throw sqlState(error) === uniqueViolation
          ? mlflowAlreadyExists(`Experiment(name=${name})`, 'name', name)
          : error;
      });
    },
    setStage: (id, stage) =>
      db.transaction(async (tx) => {
        const changed = await tx
          .update(mlflowExperiments)
          .set({ lifecycleStage: stage, updatedMs: nowMs() })
          .where(eq(mlflowExperiments.id, id))
          .returning({ id: mlflowExperiments.id });
        if (changed.length === 0) throw mlflowNotFound(`Experiment with id=${id}`, 'experiment_id', id);
        await tx.update(mlflowRuns).set({ lifecycleStage: stage }).where(eq(mlflowRuns.experimentId, id));
      }),
    setTag: (id, key, value) =>
      change(id, {}, sql`${mlflowExperiments.tags} || jsonb_build_object(${key}::text, ${value}::text)`),
    deleteTag: (id, key) => change(id, {}, sql`${mlflowExperiments.tags} - ${key}::text`),
  };
}

const uniqueViolation = '23505';
