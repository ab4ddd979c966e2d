import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../contracts/predictions.ts';
import { spec } from '../test/records.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';
import type { Registry } from './index.ts';
import { encodePredictions, type LoggedPrediction } from './prediction-batches.ts';
import { batchIds } from './prediction-ids.ts';

const rows = 1_000;
const since = '2026-05-31T00:00:00.000Z';
const until = '2026-06-01T00:00:00.000Z';

let db: TestRegistry;
let client: pg.Client;

/** Answers of a contest, each with its outcome: every other one is named by its id, the rest by their keys. */
async function fill(pipeline: string): Promise<void> {
  await db.registry.pipelines.save(spec(pipeline));
  const predictions = Array.from({ length: rows }, (_, at): LoggedPrediction => {
    const idOf = batchIds(pipeline, Date.parse(since) + 60_000 * at);
    return {
      id: idOf(at),
      ...{ pipeline, version: '1.0.0', answer: { values: [2.5] }, latencyUs: 140, stage: 'canary' },
      ...(at % 2 && { key: `load ${at}` }),
      others: [{ version: '1.1.0', values: [9] }],
    };
  });
  await db.registry.predictions.copy(encodePredictions(predictions));
  await db.registry.outcomes.record(pipeline, predictions.map(told));
}
const told = ({ id, key }: LoggedPrediction): Outcome =>
  key === undefined ? { predictionId: id, actual: 2 } : { key, actual: 2 };

/** How many rows and entries of indexes PostgreSQL reads for it. */
async function readFor(work: (registry: Registry) => Promise<unknown>): Promise<number> {
  const [before, open] = [await readSoFar(), await connections()];
  const registry = db.another();
  await work(registry);
  // What a connection has read is counted when it ends.
  await registry.close();
  await expect.poll(connections).toBeLessThanOrEqual(open);
  return (await readSoFar()) - before;
}
async function connections(): Promise<number> {
  const { rows } = await client.query(`select count(*)::int as open from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend'`);
  return rows[0].open;
}
async function readSoFar(): Promise<number> {
  const log = "schemaname = 'relevo' and relname ~ '^(predictions|outcomes)'";
  const { rows } = await client.query(`select
    (select sum(seq_tup_read) from pg_stat_user_tables where ${log})::int
    + (select sum(idx_tup_read) from pg_stat_user_indexes where ${log})::int as read`);
  return rows[0].read;
}

beforeAll(async () => {
  db = await freshRegistry();
  client = new pg.Client(db.url);
  await client.connect();
  await fill('known');
  for (const table of ['outcomes', 'predictions_2026_05'])
    await client.query(`alter table relevo.${table} set (autovacuum_enabled = false)`);
  await client.query('analyze');
  await fill('new');
});
afterAll(async () => {
  await client.end();
  await db.drop();
});

describe('of a pipeline that the statistics do not know yet, PostgreSQL looks up each row by its name:', () => {
  const period = { from: since, to: until, timezone: 'UTC', by: 'none', limit: 5 } as const;
  it.each<[string, (registry: Registry) => Promise<number | undefined>]>([
    [
      'for the evidence of a contest',
      async ({ predictions }) =>
        (await predictions.evidence('new', { champion: '1.0.0', challenger: '1.1.0', since })).pairs.length,
    ],
    [
      'for the outcomes of what a version answered',
      async ({ outcomes }) =>
        (await outcomes.served('new', { version: '1.0.0', after: 0, limit: rows })).rows.length,
    ],
    [
      'for sums over a period',
      async ({ analysis }) =>
        (await analysis.aggregate({ pipeline: 'new', task: 'regression', ...period }))[0].outcomes,
    ],
    [
      'for outcomes that are told',
      async ({ outcomes }) => {
        const again = Array.from({ length: rows }, (_, at) => ({ key: `load ${at}`, actual: 2 }));
        return (await outcomes.record('new', again)).length;
      },
    ],
  ])('%s', async (_what, work) => {
    expect(await readFor(async (registry) => expect(await work(registry)).toBe(rows))).toBeLessThan(
      20 * rows,
    );
  });
});
