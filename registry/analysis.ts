import { type SQL, sql } from 'drizzle-orm';
import type { Aggregate, Grouping, Period } from '../contracts/analysis.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { sqlState } from './failures.ts';
import { belongsTo } from './lookups.ts';

/** What to gather: a period of a pipeline's answers. */
export interface AnalysisQuery extends Period {
  pipeline: string;
  task: 'regression' | 'classification';
  /** IANA name: hours, days and shifts are the plant's. */
  timezone: string;
  by: Grouping;
  /** Groups at most, in their order. */
  limit: number;
}

export interface AnalysisRegistry {
  /** @throws RelevoError REQUEST_TIMEOUT where the period holds more than can be gathered in time */
  aggregate(query: AnalysisQuery): Promise<Aggregate[]>;
}

const timeoutMs = 10_000;
const queryCancelled = '57014';
const usualShift = { startsAt: '06:00', hours: 8 };

/** The group of the answer `p`, as text. */
function groupOf({ by, timezone }: AnalysisQuery): SQL {
  if (by === 'none') return sql`null::text`;
  if (by === 'version') return sql`p.version`;
  if (by === 'hour' || by === 'day') return asText(sql`date_trunc(${by}, p.at, ${timezone})`);
  if (typeof by === 'object' && 'column' in by) return sql`p.inputs ->> ${by.column}`;
  const { startsAt, hours } = by === 'shift' ? usualShift : by.shift;
  const start = sql`timestamp '2001-01-01' + ${startsAt}::time`;
  const begun = sql`date_bin(make_interval(hours => ${hours}), p.at at time zone ${timezone}, ${start})`;
  return asText(sql`(${begun}) at time zone ${timezone}`);
}

const asText = (moment: SQL): SQL =>
  sql`to_char((${moment}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** Every answer of the period with its group and its outcome, one told by its id before one told by its key. */
const answered = (query: AnalysisQuery): SQL => sql`
  select ${groupOf(query)} as "group",
    (p.answer -> 'values' ->> 0)::float8 as value,
    p.answer ->> 'label' as label,
    coalesce(i.actual, k.actual) #>> '{}' as actual
  from relevo.predictions p
  left join relevo.outcomes i on i.prediction_id = p.id and ${belongsTo(sql`i.pipeline`, query.pipeline)}
  left join relevo.outcomes k on k.key = p.key and ${belongsTo(sql`k.pipeline`, query.pipeline)}
  where p.pipeline = ${query.pipeline} and p.at >= ${query.from} and p.at < ${query.to}`;

const regression = (query: AnalysisQuery): SQL => sql`
  with rows as (select "group", value, actual::float8 as actual from (${answered(query)}) a)
  select "group", count(*)::int as count, count(actual)::int as outcomes,
    json_build_object('count', count(value), 'mean', avg(value), 'sum', sum(value), 'min', min(value),
      'max', max(value)) as prediction,
    case when count(actual) > 0 then json_build_object('count', count(actual), 'mean', avg(actual),
      'sum', sum(actual), 'min', min(actual), 'max', max(actual)) end as actual,
    avg(abs(value - actual)) as "meanAbsoluteError"
  from rows group by "group" order by "group" nulls first limit ${query.limit}`;

const classification = (query: AnalysisQuery): SQL => sql`
  with rows as (${answered(query)}), labelled as (
    select "group", label, count(*)::int as count, count(actual)::int as outcomes,
      (count(*) filter (where actual = label))::int as "right"
    from rows group by "group", label)
  select "group", sum(count)::int as count, sum(outcomes)::int as outcomes,
    json_object_agg(coalesce(label, ''), count order by label) as labels,
    sum("right")::float8 / nullif(sum(outcomes), 0) as "rightShare"
  from labelled group by "group" order by "group" nulls first limit ${query.limit}`;

type Row = { [K in keyof Aggregate]-?: Aggregate[K] | null };

/** Sums over the prediction log and the outcomes that were told of it. */
export const analysisRegistry = (db: Database): AnalysisRegistry => ({
  async aggregate(query) {
    const statement = query.task === 'regression' ? regression(query) : classification(query);
    try {
      const rows = await db.transaction(
        async (tx) => {
          await tx.execute(sql.raw(`set local statement_timeout = ${timeoutMs}`));
          return (await tx.execute<Row & Record<string, unknown>>(statement)).rows;
        },
        { accessMode: 'read only' },
      );
      return rows.map(present);
    } catch (error) {
      if (sqlState(error) !== queryCancelled) throw error;
      throw new RelevoError(
        'REQUEST_TIMEOUT',
        `The period holds more than can be gathered in ${timeoutMs} ms.`,
        {
          field: 'from',
          value: query.from,
          expected: 'a shorter period',
        },
      );
    }
  },
});

/** Without the members that are null, but for the group. */
function present({ group, ...rest }: Row): Aggregate {
  const known = Object.entries(rest).filter(([, value]) => value !== null);
  return { group, ...Object.fromEntries(known) } as Aggregate;
}
