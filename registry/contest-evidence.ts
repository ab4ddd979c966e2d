import { type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { belongsTo } from './lookups.ts';
import type { ContestEvidence, Moment } from './types.ts';

interface Contest {
  challenger: string;
  champion: string;
  since: Moment;
}

const pairLimit = 50_000;
/** Read in pieces, so that turning them into objects never holds an event loop for long. */
const pieceRows = 2_000;

/** What a version said of the row `p`, whether it answered or only listened; null where it did neither. */
const valuesOf = (version: string): SQL => sql`
  case when p.version = ${version} then p.answer->'values' else (
    select o->'values' from json_array_elements(p.others) o where o->>'version' = ${version} limit 1) end`;

const columns = (contest: Contest): SQL => sql`
  p.id, p.at, p.key, t.actual, ${valuesOf(contest.champion)} as champion, ${valuesOf(contest.challenger)} as challenger`;

/** Rows of the contest that more than one version saw; `pairs` keeps those that both of its versions said something of. */
const contested = (pipeline: string, { since }: Contest): SQL =>
  sql`p.pipeline = ${pipeline} and p.at >= ${since} and p.stage is not null and p.others is not null`;

/** The outcome that `named` finds: one for each row, so that the planner can do no other than look each up. */
const outcomeOf = (pipeline: string, named: SQL): SQL => sql`lateral (
      select t.actual from relevo.outcomes t where ${named} and ${belongsTo(sql`t.pipeline`, pipeline)} limit 1)`;

/** An outcome told by the prediction's id comes before one told by its key; of a key only the newest row counts. */
const pairs = (pipeline: string, contest: Contest): SQL => sql`
  with by_id as (
    select ${columns(contest)} from relevo.predictions p
    cross join ${outcomeOf(pipeline, sql`t.prediction_id = p.id`)} t
    where ${contested(pipeline, contest)}
  ), by_key as (
    select distinct on (p.key) ${columns(contest)} from relevo.predictions p
    cross join ${outcomeOf(pipeline, sql`t.key = p.key`)} t
    left join ${outcomeOf(pipeline, sql`t.prediction_id = p.id`)} own on true
    where ${contested(pipeline, contest)} and p.key is not null and own.actual is null
    order by p.key, p.at desc, p.id desc
  ), newest as (
    select * from (select * from by_id union all select * from by_key) told
    where champion is not null and challenger is not null
    order by at desc, id desc limit ${pairLimit}
  )
  select id, actual, champion, challenger from newest order by at, id`;

type Pair = ContestEvidence['pairs'][number];

async function readPairs(db: Database, query: SQL): Promise<Pair[]> {
  return await db.transaction(
    async (tx) => {
      await tx.execute(sql`declare pairs no scroll cursor for ${query}`);
      const all: Pair[] = [];
      for (;;) {
        const { rows } = await tx.execute<Pair & Record<string, unknown>>(
          sql.raw(`fetch ${pieceRows} from pairs`),
        );
        all.push(...rows);
        if (rows.length < pieceRows) return all;
      }
    },
    { accessMode: 'read only' },
  );
}

/** Reads the counts first and then the pairs, of which an answer that comes in between may be one, and not counted. */
export async function contestEvidence(
  db: Database,
  pipeline: string,
  contest: Contest,
): Promise<ContestEvidence> {
  const { challenger, champion, since } = contest;
  const counted = await db.execute<{ version: string; rows: string }>(sql`
    select p.version, count(*) as rows from relevo.predictions p
    where p.pipeline = ${pipeline} and p.at >= ${since} and p.stage is not null
      and p.version in (${champion}, ${challenger})
    group by p.version`);
  const rowsOf = (version: string): number =>
    Number(counted.rows.find((row) => row.version === version)?.rows ?? 0);
  return {
    answered: rowsOf(champion) + rowsOf(challenger),
    answeredByChallenger: rowsOf(challenger),
    pairs: await readPairs(db, pairs(pipeline, contest)),
  };
}
