import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database.ts';
import { mlflowModelVersions, mlflowRegisteredModels } from '../schema/mlflow.ts';
import { type Attributes, attributeCondition, attributeOrder, ordered, wrongEntity } from './conditions.ts';
import { invalid } from './errors.ts';
import { type Clause, parseFilter } from './filter.ts';
import {
  asVersion,
  modelNotFound,
  readModel,
  readVersion,
  type VersionRow,
  versionNotFound,
  versionsFrom,
} from './model-rows.ts';
import { parseOrder } from './order.ts';
import { offsetOf, pageOf } from './page-token.ts';
import { tagCondition } from './registered-models.ts';
import { locate } from './storage-location.ts';
import type { MlflowModelVersion, MlflowModelVersions, NewMlflowModelVersion } from './types.ts';

const created = { kind: 'number', column: sql`v.created_ms` } as const;
const updated = { kind: 'number', column: sql`v.updated_ms` } as const;
const attributes: Attributes = {
  name: { kind: 'text', column: sql`v.name` },
  version_number: { kind: 'number', column: sql`v.version` },
  run_id: { kind: 'text', column: sql`v.run_id` },
  source_path: { kind: 'text', column: sql`v.source` },
  ...{ creation_timestamp: created, last_updated_timestamp: updated },
};

function condition(clause: Clause): SQL {
  if (clause.entity === 'attribute') return attributeCondition(attributes, clause);
  if (clause.entity === 'tag') return tagCondition(sql`v.tags`, clause);
  throw wrongEntity(clause, 'filter', 'name, run_id, source_path, version_number and tags');
}

/** Those in use, of which a version may be the only one. */
const activeStages: readonly string[] = ['Staging', 'Production'];

async function add(tx: Transaction, version: NewMlflowModelVersion): Promise<MlflowModelVersion> {
  const { storageLocation, runId } = await locate(tx, version);
  const at = Date.now();
  const [model] = await tx
    .update(mlflowRegisteredModels)
    .set({ newestVersion: sql`${mlflowRegisteredModels.newestVersion} + 1`, updatedMs: at })
    .where(eq(mlflowRegisteredModels.name, version.name))
    .returning({ number: mlflowRegisteredModels.newestVersion });
  if (model === undefined) throw modelNotFound(version.name);
  await tx.insert(mlflowModelVersions).values({
    ...{ ...version, storageLocation, version: model.number, createdMs: at, updatedMs: at },
    runId: version.runId || runId,
  });
  return await readVersion(tx, version.name, model.number);
}

/**
 * A model's numbers only rise: that of a version which was deleted, with the aliases that pointed to it, is not given
 * again.
 */
export function mlflowModelVersionRegistry(db: Database): MlflowModelVersions {
  const is = (name: string, version: number) =>
    and(eq(mlflowModelVersions.name, name), eq(mlflowModelVersions.version, version));
  const change = async (name: string, version: number, set: Record<string, SQL | string>) => {
    const changed = await db
      .update(mlflowModelVersions)
      .set({ ...set, updatedMs: Date.now() })
      .where(is(name, version))
      .returning({ version: mlflowModelVersions.version });
    if (changed.length === 0) throw versionNotFound(name, version);
  };
  const { tags: tagsColumn } = mlflowModelVersions;
  return {
    create: (version) => db.transaction((tx) => add(tx, version)),
    get: (name, version) => readVersion(db, name, version),
    async byAlias(name, alias) {
      const { aliases, latestVersions } = await readModel(db, name);
      if (alias.toLowerCase() === 'latest' && latestVersions.length > 0)
        return latestVersions.reduce((newest, one) => (one.version > newest.version ? one : newest));
      if (Object.hasOwn(aliases, alias)) return await readVersion(db, name, aliases[alias]);
      throw invalid(`Registered model alias ${alias} not found.`, 'alias', alias, 'an alias of the model');
    },
    async search({ filter = '', orderBy = [], maxResults, pageToken }) {
      const conditions = [sql`true`, ...parseFilter(filter).map(condition)];
      const order = orderBy.map(parseOrder).map((one) => {
        if (one.entity !== 'attribute')
          throw wrongEntity(one, 'order_by', Object.keys(attributes).join(', '));
        return ordered(attributeOrder(attributes, one), one.descending);
      });
      const natural = [sql`v.updated_ms desc nulls last`, sql`v.name`, sql`v.version desc`];
      const offset = offsetOf(pageToken);
      const { rows } =
        await db.execute<VersionRow>(sql`${versionsFrom} where ${sql.join(conditions, sql` and `)}
        order by ${sql.join([...order, ...natural], sql`, `)} limit ${maxResults + 1} offset ${offset}`);
      const { items, ...next } = pageOf(rows, offset, maxResults);
      return { items: items.map(asVersion), ...next };
    },
    async latest(name, stages = []) {
      const { latestVersions } = await readModel(db, name);
      const wanted = stages.map((stage) => stage.toLowerCase());
      return latestVersions.filter(
        ({ stage }) => wanted.length === 0 || wanted.includes(stage.toLowerCase()),
      );
    },
    async describe(name, version, description) {
      await change(name, version, { description });
      return await readVersion(db, name, version);
    },
    async setStage(name, version, stage, archiveExisting) {
      if (archiveExisting && !activeStages.includes(stage))
        throw invalid(
          `Versions that are ${stage} are not archived for another.`,
          'archive_existing_versions',
          archiveExisting,
          `false, or one of the stages ${activeStages.join(' and ')}`,
        );
      return await db.transaction(async (tx) => {
        const at = Date.now();
        const others = and(
          eq(mlflowModelVersions.name, name),
          ne(mlflowModelVersions.version, version),
          eq(mlflowModelVersions.stage, stage),
        );
        if (archiveExisting)
          await tx.update(mlflowModelVersions).set({ stage: 'Archived', updatedMs: at }).where(others);
        await tx.update(mlflowModelVersions).set({ stage, updatedMs: at }).where(is(name, version));
        return await readVersion(tx, name, version);
      });
    },
    delete: (name, version) =>
      db.transaction(async (tx) => {
        const gone = await tx
          .delete(mlflowModelVersions)
          .where(is(name, version))
          .returning({ version: mlflowModelVersions.version });
        if (gone.length === 0) throw versionNotFound(name, version);
        await tx.execute(sql`
          update relevo.mlflow_registered_models g set aliases = coalesce((
            select jsonb_object_agg(a.key, a.value) from jsonb_each(g.aliases) a where a.value <> to_jsonb(${version}::int)
          ), '{}') where g.name = ${name}`);
      }),
    setTag: (name, version, key, value) =>
      change(name, version, { tags: sql`${tagsColumn} || jsonb_build_object(${key}::text, ${value}::text)` }),
    deleteTag: (name, version, key) => change(name, version, { tags: sql`${tagsColumn} - ${key}::text` }),
  };
}
