import { eq, type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database.ts';
import { sqlState } from '../failures.ts';
import { mlflowRegisteredModels } from '../schema/mlflow.ts';
import {
  type Attributes,
  attributeCondition,
  attributeOrder,
  ordered,
  textAt,
  textCondition,
  wrongEntity,
} from './conditions.ts';
import { mlflowAlreadyExists } from './errors.ts';
import { type Clause, parseFilter } from './filter.ts';
import { asModel, type ModelRow, modelNotFound, modelsFrom, readModel, readVersion } from './model-rows.ts';
import { parseOrder } from './order.ts';
import { offsetOf, pageOf } from './page-token.ts';
import type { MlflowModels } from './types.ts';

const uniqueViolation = '23505';
const exists = (name: string) => mlflowAlreadyExists(`Registered Model (name=${name})`, 'name', name);

const updated = { kind: 'number', column: sql`g.updated_ms` } as const;
const attributes: Attributes = {
  name: { kind: 'text', column: sql`g.name` },
  ...{ timestamp: updated, last_updated_timestamp: updated },
  creation_timestamp: { kind: 'number', column: sql`g.created_ms` },
};

function condition(clause: Clause): SQL {
  if (clause.entity === 'attribute') return attributeCondition(attributes, clause);
  if (clause.entity === 'tag') return tagCondition(sql`g.tags`, clause);
  throw wrongEntity(clause, 'filter', 'name and tags');
}

/** Clients hide prompts by asking for what is not tagged as one; what has no such tag is not one either. */
export const tagCondition = (tags: SQL, clause: Clause): SQL =>
  clause.key === 'mlflow.prompt.is_prompt' && clause.comparator === '!='
    ? sql`${textAt(tags, clause.key)} is distinct from ${clause.value}`
    : textCondition(textAt(tags, clause.key), clause);

/** Versions follow their model: renamed with it, deleted with it. */
export function mlflowModelRegistry(db: Database): MlflowModels {
  const change = async (
    name: string,
    set: Record<string, SQL | string>,
    on: Database | Transaction = db,
  ): Promise<void> => {
    const changed = await on
      .update(mlflowRegisteredModels)
      .set({ ...set, updatedMs: Date.now() })
      .where(eq(mlflowRegisteredModels.name, name))
      .returning({ name: mlflowRegisteredModels.name });
    if (changed.length === 0) throw modelNotFound(name);
  };
  const { tags: tagsColumn, aliases: aliasesColumn } = mlflowRegisteredModels;
  return {
    async create({ name, description, tags }) {
      const at = Date.now();
      const added = await db
        .insert(mlflowRegisteredModels)
        .values({ name, description, tags, createdMs: at, updatedMs: at })
        .onConflictDoNothing()
        .returning({ name: mlflowRegisteredModels.name });
      if (added.length === 0) throw exists(name);
      return await readModel(db, name);
    },
    get: (name) => readModel(db, name),
    async search({ filter = '', orderBy = [], maxResults, pageToken }) {
      const conditions = [sql`true`, ...parseFilter(filter).map(condition)];
      const order = orderBy.map(parseOrder).map((one) => {
        if (one.entity !== 'attribute') throw wrongEntity(one, 'order_by', 'name and last_updated_timestamp');
        return ordered(attributeOrder(attributes, one), one.descending);
      });
      const offset = offsetOf(pageToken);
      const { rows } = await db.execute<ModelRow>(sql`${modelsFrom} where ${sql.join(conditions, sql` and `)}
        order by ${sql.join([...order, sql`g.name`], sql`, `)} limit ${maxResults + 1} offset ${offset}`);
      const { items, ...next } = pageOf(rows, offset, maxResults);
      return { items: items.map(asModel), ...next };
    },
    async rename(name, to) {
      await change(name, { name: to }).catch((error: unknown) => {
        throw sqlState(error) === uniqueViolation ? exists(to) : error;
      });
      return await readModel(db, to);
    },
    async describe(name, description) {
      await change(name, { description });
      return await readModel(db, name);
    },
    async delete(name) {
      const gone = await db
        .delete(mlflowRegisteredModels)
        .where(eq(mlflowRegisteredModels.name, name))
        .returning({ name: mlflowRegisteredModels.name });
      if (gone.length === 0) throw modelNotFound(name);
    },
    setTag: (name, key, value) =>
      change(name, { tags: sql`${tagsColumn} || jsonb_build_object(${key}::text, ${value}::text)` }),
    deleteTag: (name, key) => change(name, { tags: sql`${tagsColumn} - ${key}::text` }),
    setAlias: (name, alias, version) =>
      db.transaction(async (tx) => {
        await change(
          name,
          { aliases: sql`${aliasesColumn} || jsonb_build_object(${alias}::text, ${version}::int)` },
          tx,
        );
        // Last, as a version's deletion ends with its aliases: whichever comes second to the model's row sees the other.
        await readVersion(tx, name, version);
      }),
    deleteAlias: (name, alias) => change(name, { aliases: sql`${aliasesColumn} - ${alias}::text` }),
  };
}
