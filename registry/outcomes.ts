import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Outcome, OutcomeStatus } from '../contracts/predictions.ts';
import { type Database, pipelineNotFound, storableText, type Transaction } from './database.ts';
import { belongsTo } from './lookups.ts';
import { idDate, idTimeMs } from './prediction-ids.ts';
import { pipelines } from './schema/pipelines.ts';
import { outcomes, predictions } from './schema/predictions.ts';
import { servedOutcomes } from './served-outcomes.ts';
import type { OutcomeRegistry } from './types.ts';

/** An id from a clock that is this far ahead of ours is none of a prediction's. */
const clockSkewMs = 86_400_000;

interface Told {
  predictionId?: string;
  key?: string;
  actual: string | number;
  at: Date;
}

/** What an outcome is about: a prediction's id is no business key. */
const aboutOf = ({ predictionId, key }: Pick<Told, 'predictionId' | 'key'>): string =>
  predictionId === undefined ? `key:${key}` : `id:${predictionId}`;

/** Text of a number is not the number. */
const sameActual = (left: Told, right: Told): boolean => left.actual === right.actual;

function normalised(outcome: Outcome, now: Date): Told {
  const { actual } = outcome;
  const about =
    'key' in outcome
      ? { key: storableText(outcome.key) }
      : { predictionId: outcome.predictionId.toLowerCase() };
  return {
    ...about,
    actual: typeof actual === 'string' ? storableText(actual) : actual,
    at: outcome.at === undefined ? now : new Date(outcome.at),
  };
}

const idsOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ predictionId }) => (predictionId === undefined ? [] : [predictionId]));
const keysOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ key }) => (key === undefined ? [] : [key]));

async function toldBefore(
  tx: Transaction,
  pipeline: string,
  told: readonly Told[],
): Promise<Map<string, Told>> {
  const about = or(inArray(outcomes.predictionId, idsOf(told)), inArray(outcomes.key, keysOf(told)));
  const rows = await tx
    .select()
    .from(outcomes)
    .where(and(about, belongsTo(outcomes.pipeline, pipeline)));
  return new Map(
    rows.map(({ predictionId, key, actual, at }) => {
      const row = { predictionId: predictionId ?? undefined, key: key ?? undefined, actual, at };
      return [aboutOf(row), row];
    }),
  );
}

/** Which of the predictions are in the log: this pipeline's by what names them, and those of others. */
async function inLog(
  tx: Transaction,
  pipeline: string,
  told: readonly Told[],
): Promise<{ own: Set<string>; foreign: Set<string> }> {
  const ids = idsOf(told);
  const times = ids.map(idDate);
  const byId = await tx
    .select({ predictionId: predictions.id, pipeline: predictions.pipeline })
    .from(predictions)
    .where(and(inArray(predictions.id, ids), inArray(predictions.at, times)));
  const byKey = await tx
    .selectDistinct({ key: predictions.key })
    .from(predictions)
    .where(and(inArray(predictions.key, keysOf(told)), belongsTo(predictions.pipeline, pipeline)));
  const isOwn = (row: { pipeline: string }): boolean => row.pipeline === pipeline;
  return {
    own: new Set([
      ...byId.filter(isOwn).map(aboutOf),
      ...byKey.map(({ key }) => aboutOf({ key: key ?? undefined })),
    ]),
    foreign: new Set(byId.filter((row) => !isOwn(row)).map(aboutOf)),
  };
}

/** What one more outcome means where another may have been told before. */
function judge(next: Told, before: Told | undefined): OutcomeStatus | 'new' {
  if (before === undefined) return 'new';
  if (sameActual(next, before)) return 'repeated';
  return next.at >= before.at ? 'corrected' : 'outdated';
}

async function save(tx: Transaction, pipeline: string, changed: readonly Told[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map((told) => ({ pipeline, ...told }));
  const set = { actual: sql`excluded.actual`, at: sql`excluded.at`, receivedAt: sql`now()` };
  const byId = rows.filter(({ predictionId }) => predictionId !== undefined);
  const byKey = rows.filter(({ key }) => key !== undefined);
  if (byId.length > 0)
    await tx
      .insert(outcomes)
      .values(byId)
      .onConflictDoUpdate({ target: [outcomes.pipeline, outcomes.predictionId], set });
  if (byKey.length > 0)
    await tx
      .insert(outcomes)
      .values(byKey)
      .onConflictDoUpdate({ target: [outcomes.pipeline, outcomes.key], set });
}

async function recordIn(
  tx: Transaction,
  pipeline: string,
  given: readonly Outcome[],
  keptSinceMs: number,
): Promise<OutcomeStatus[]> {
  const [known] = await tx
    .select({ name: pipelines.name })
    .from(pipelines)
    .where(eq(pipelines.name, pipeline));
  if (!known) throw pipelineNotFound(pipeline);
  // One at a time per pipeline, so that of two corrections the newer stands whoever comes first.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`outcomes/${pipeline}`}, 0))`);
  const now = new Date();
  const told = given.map((outcome) => normalised(outcome, now));
  const standing = await toldBefore(tx, pipeline, told);
  const { own, foreign } = await inLog(tx, pipeline, told);
  const isPossible = ({ predictionId }: Told): boolean => {
    if (predictionId === undefined) return true;
    const atMs = idTimeMs(predictionId);
    return atMs >= keptSinceMs && atMs <= now.getTime() + clockSkewMs;
  };
  const changed = new Map<string, Told>();
  const statuses = told.map((next): OutcomeStatus => {
    const about = aboutOf(next);
    if (foreign.has(about) || (!own.has(about) && !isPossible(next))) return 'unknown';
    const before = standing.get(about);
    const judged = judge(next, before);
    // What is told again later was still true then.
    if (judged !== 'outdated' && !(before && before.at >= next.at && judged === 'repeated')) {
      standing.set(about, next);
      changed.set(about, next);
    }
    return judged === 'new' ? (own.has(about) ? 'joined' : 'waiting') : judged;
  });
  await save(tx, pipeline, [...changed.values()]);
  return statuses;
}

/** Outcomes in the database, one list of a pipeline after the other. An `unknown` one is not stored. */
export function outcomeRegistry(db: Database): OutcomeRegistry {
  return {
    async record(pipeline, given, { keptSince } = {}) {
      if (given.length === 0) return [];
      const keptSinceMs = keptSince === undefined ? 0 : Date.parse(keptSince);
      return await db.transaction((tx) => recordIn(tx, pipeline, given, keptSinceMs));
    },
    served: (pipeline, page) => servedOutcomes(db, pipeline, page),
  };
}
