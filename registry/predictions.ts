import { finished } from 'node:stream/promises';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { RelevoError } from '../contracts/errors.ts';
import { contestEvidence } from './contest-evidence.ts';
import type { Database } from './database.ts';
import { isUnfit, sqlState } from './failures.ts';
import { belongsTo } from './lookups.ts';
import { batchColumns } from './prediction-batches.ts';
import { idDate, idTimeMs } from './prediction-ids.ts';
import { dropMonthsBefore, makeMonths } from './prediction-months.ts';
import { outcomes, predictions } from './schema/predictions.ts';
import type { Moment, Prediction, PredictionBatch, PredictionRegistry } from './types.ts';

const copyStatement = `copy relevo.predictions (${batchColumns}) from stdin`;
const uniqueViolation = '23505';
const noPartition = '23514';
/** Rows that one statement takes away, so that none holds its locks for long. */
const pruneRows = 20_000;

async function copyOnce(pool: pg.Pool, { data }: PredictionBatch): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    const stream = client.query(copyFrom(copyStatement));
    stream.end(data);
    await finished(stream);
    broken = false;
  } finally {
    // `pg` is not ready again after a COPY that failed.
    client.release(broken);
  }
}

/** The rows with these ids, each sought in its month alone. */
const byIds = (ids: readonly string[]) =>
  and(inArray(predictions.id, [...ids]), inArray(predictions.at, ids.map(idDate)));

/** A batch is one statement: where its ends are there, all of it is. */
async function isThere(db: Database, { first, last }: PredictionBatch): Promise<boolean> {
  const found = await db
    .select({ id: predictions.id })
    .from(predictions)
    .where(byIds([first, last]));
  return found.length === new Set([first, last]).size;
}

/** Adds batches and makes the months' tables ahead of them, once per process and month. */
function batchCopier(db: Database, pool: pg.Pool) {
  let preparedUntilMs = 0;
  const prepare = async ({ first, last }: PredictionBatch): Promise<void> => {
    await makeMonths(db, [first, last]);
    const newest = new Date(Math.max(idTimeMs(first), idTimeMs(last)));
    preparedUntilMs = Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth() + 1);
  };
  return async (batch: PredictionBatch): Promise<void> => {
    if (idTimeMs(batch.last) >= preparedUntilMs) await prepare(batch);
    try {
      await copyOnce(pool, batch).catch(async (error: unknown) => {
        if (sqlState(error) !== noPartition) throw error;
        await prepare(batch);
        await copyOnce(pool, batch);
      });
    } catch (error) {
      if (sqlState(error) === uniqueViolation && (await isThere(db, batch))) return;
      if (!isUnfit(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new RelevoError('ROW_INVALID', `The database refuses a batch of predictions: ${why}`);
    }
  };
}

function asPrediction(row: typeof predictions.$inferSelect): Prediction {
  const { key, inputs, stage, others, at, ...rest } = row;
  return {
    ...rest,
    at: at.toISOString(),
    ...(key === null ? {} : { key }),
    ...(inputs === null ? {} : { inputs }),
    ...(stage === null ? {} : { stage }),
    ...(others === null ? {} : { others }),
  };
}

async function outcomeOf(db: Database, { pipeline, id, key }: Prediction) {
  const about =
    key === undefined
      ? eq(outcomes.predictionId, id)
      : sql`(${outcomes.predictionId} = ${id} or ${outcomes.key} = ${key})`;
  const [row] = await db
    .select({ actual: outcomes.actual, at: outcomes.at })
    .from(outcomes)
    .where(and(about, belongsTo(outcomes.pipeline, pipeline)))
    .orderBy(sql`${outcomes.predictionId} is null`)
    .limit(1);
  return row && { actual: row.actual, at: row.at.toISOString() };
}

async function pruneTable(db: Database, table: 'predictions' | 'outcomes', where: ReturnType<typeof sql>) {
  const name = sql`relevo.${sql.identifier(table)}`;
  let pruned = 0;
  for (;;) {
    const { rowCount } = await db.execute(sql`
      delete from ${name} where (tableoid, ctid) in (
        select tableoid, ctid from ${name} where ${where} limit ${pruneRows})`);
    pruned += rowCount ?? 0;
    if ((rowCount ?? 0) < pruneRows) return pruned;
  }
}

async function prune(db: Database, before: Record<string, Moment>): Promise<number> {
  const moments = Object.values(before).sort();
  if (moments.length === 0) return 0;
  let pruned = await dropMonthsBefore(db, moments[0]);
  for (const [pipeline, moment] of Object.entries(before)) {
    const own = sql`pipeline = ${pipeline}`;
    pruned += await pruneTable(db, 'predictions', sql`${own} and at < ${moment}`);
    pruned += await pruneTable(db, 'outcomes', sql`${own} and received_at < ${moment}`);
  }
  return pruned;
}

/** The prediction log: written in batches, read one by one or as a contest's evidence. */
export function predictionRegistry(db: Database, pool: pg.Pool): PredictionRegistry {
  return {
    copy: batchCopier(db, pool),
    async get(pipeline, id) {
      const [row] = await db
        .select()
        .from(predictions)
        .where(and(byIds([id]), eq(predictions.pipeline, pipeline)));
      if (row) {
        const prediction = asPrediction(row);
        return { ...prediction, outcome: await outcomeOf(db, prediction) };
      }
      throw new RelevoError('PREDICTION_NOT_FOUND', `"${pipeline}" has no prediction "${id}" in its log`, {
        field: 'id',
        value: id,
      });
    },
    evidence: (pipeline, contest) => contestEvidence(db, pipeline, contest),
    prune: (before) => prune(db, before),
  };
}
