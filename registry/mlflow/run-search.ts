import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
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
import { invalid } from './errors.ts';
import { type Clause, parseFilter } from './filter.ts';
import { type Order, parseOrder } from './order.ts';
import { offsetOf, pageOf } from './page-token.ts';
import { runJson } from './run-json.ts';
import { latestMetricsSeen, runsSeen } from './sources.ts';
import type { MlflowRunJson, Page, Search } from './types.ts';

const start = { kind: 'number', column: sql`r.start_ms` } as const;
const name = { kind: 'text', column: sql`r.name` } as const;
const attributes: Attributes = {
  run_id: { kind: 'text', column: sql`r.id` },
  ...{ run_name: name, 'run name': name, 'Run name': name, 'Run Name': name },
  ...{ start_time: start, created: start, Created: start },
  end_time: { kind: 'number', column: sql`r.end_ms` },
  status: { kind: 'text', column: sql`r.status` },
  user_id: { kind: 'text', column: sql`r.user_id` },
  artifact_uri: { kind: 'text', column: sql`r.artifact_uri` },
  experiment_id: { kind: 'text', column: sql`r.experiment_id` },
};

/** Of a dataset that the run read; its context is a tag of the link. */
const datasetColumns: Record<string, SQL> = {
  name: sql`d -> 'dataset' ->> 'name'`,
  digest: sql`d -> 'dataset' ->> 'digest'`,
  context: sql`(select t ->> 'value' from jsonb_array_elements(d -> 'tags') t where t ->> 'key' = 'mlflow.data.context')`,
};

function condition(clause: Clause): SQL {
  const { entity, key } = clause;
  if (entity === 'attribute') return attributeCondition(attributes, clause);
  if (entity === 'param') return textCondition(textAt(sql`r.params`, key), clause);
  if (entity === 'tag') return textCondition(textAt(sql`r.tags`, key), clause);
  if (entity === 'metric') {
    const wanted = numberCondition(sql`m.value`, clause);
    return sql`exists (select from ${latestMetricsSeen} m where m.run_id = r.id and m.key = ${key} and ${wanted})`;
  }
  if (!Object.hasOwn(datasetColumns, key)) throw wrongEntity(clause, 'filter', 'name, digest, context');
  const wanted = textCondition(datasetColumns[key], clause);
  return sql`exists (select from jsonb_array_elements(r.dataset_inputs) d where ${wanted})`;
}

/** What one entry of `order_by` sorts by, and the join that it needs. */
function ordering(order: Order, index: number): { by: SQL; join?: SQL } {
  const { entity, key, descending } = order;
  if (entity === 'attribute') return { by: ordered(attributeOrder(attributes, order), descending) };
  if (entity === 'param') return { by: ordered(textAt(sql`r.params`, key), descending) };
  if (entity === 'tag') return { by: ordered(textAt(sql`r.tags`, key), descending) };
  if (entity !== 'metric') throw wrongEntity(order, 'order_by', 'attributes, metrics, params and tags');
  const alias = sql.raw(`o${index}`);
  const value = sql`nullif(${alias}.value, 'NaN')`;
  return {
    by: ordered(value, descending),
    join: sql`left join ${latestMetricsSeen} ${alias} on ${alias}.run_id = r.id and ${alias}.key = ${key}`,
  };
}

function distinctOrders(texts: readonly string[]): Order[] {
  const orders = texts.map(parseOrder);
  const keys = orders.map(({ entity, key }) => `${entity}.${key}`);
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined)
    throw invalid('`order_by` contains duplicate fields', 'order_by', repeated, 'each field once');
  return orders;
}

/** A page of runs by one query: which they are is settled first, then PostgreSQL writes the JSON of those alone. */
export async function searchRuns(
  db: Database,
  experimentIds: readonly string[],
  { filter = '', orderBy = [], maxResults, pageToken, stages = ['active'] }: Search,
): Promise<Page<MlflowRunJson>> {
  const conditions = [
    sql`r.experiment_id = any(${sql.param(experimentIds)}::text[])`,
    sql`r.lifecycle_stage = any(${sql.param(stages)}::text[])`,
    ...parseFilter(filter).map(condition),
  ];
  const orderings = distinctOrders(orderBy).map(ordering);
  const by = sql.join(
    [...orderings.map(({ by }) => by), sql`r.start_ms desc nulls last`, sql`r.id`],
    sql`, `,
  );
  const joins = sql.join(
    orderings.flatMap(({ join }) => join ?? []),
    sql` `,
  );
  const offset = offsetOf(pageToken);
  const { rows } = await db.execute<{ run: string }>(sql`
    with found as materialized (
      select r.*, row_number() over (order by ${by}) as place
      from ${runsSeen} r ${joins}
      where ${sql.join(conditions, sql` and `)}
      order by ${by} limit ${maxResults + 1} offset ${offset}
    )
    select ${runJson} as run from found r order by r.place`);
  return pageOf(
    rows.map(({ run }) => run),
    offset,
    maxResults,
  );
}
