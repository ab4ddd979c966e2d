import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { idTimeMs } from './prediction-ids.ts';

/** Any fixed number: who makes a month's table waits for who else does. */
const lockKey = 7_356_387;

/** Months since the year 0, in UTC. */
type Month = number;

const monthOf = (id: string): Month => {
  const at = new Date(idTimeMs(id));
  return at.getUTCFullYear() * 12 + at.getUTCMonth();
};
const startOf = (month: Month): string =>
  new Date(Date.UTC(Math.floor(month / 12), month % 12)).toISOString();
const nameOf = (month: Month): string => `predictions_${startOf(month).slice(0, 7).replace('-', '_')}`;

async function makeMonth(db: Database, month: Month): Promise<void> {
  const table = sql.identifier(nameOf(month));
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${lockKey})`);
    const { rows } = await tx.execute(sql`select to_regclass(${`relevo.${nameOf(month)}`}) as known`);
    if (rows[0].known !== null) return;
    // Made apart and then attached: that does not wait for who reads or writes the other months.
    await tx.execute(
      sql`create table relevo.${table} (like relevo.predictions including defaults including constraints)`,
    );
    const [from, to] = [startOf(month), startOf(month + 1)];
    await tx.execute(
      sql.raw(
        `alter table relevo.predictions attach partition relevo.${nameOf(month)} for values from ('${from}') to ('${to}')`,
      ),
    );
  });
}

/** Makes the tables that predictions with these ids lie in, and the one of the month after. */
export async function makeMonths(db: Database, ids: readonly string[]): Promise<void> {
  const months = ids.map(monthOf);
  for (const month of new Set([...months, Math.max(...months) + 1])) await makeMonth(db, month);
}

/** Drops the months that end before a moment. Gives about how many rows they had. */
export async function dropMonthsBefore(db: Database, before: string): Promise<number> {
  const { rows } = await db.execute<{ name: string; about: string }>(sql`
    select c.relname as name, greatest(c.reltuples, 0)::bigint as about
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'relevo.predictions'::regclass order by c.relname`);
  let dropped = 0;
  for (const { name, about } of rows) {
    const [year, month] = name.slice('predictions_'.length).split('_').map(Number);
    if (new Date(Date.UTC(year, month)).toISOString() > before) continue;
    await db.transaction(async (tx) => {
      // Who reads a long time is not waited for: the next round drops it.
      await tx.execute(sql`set local lock_timeout = '5s'`);
      await tx.execute(sql`drop table relevo.${sql.identifier(name)}`);
    });
    dropped += Number(about);
  }
  return dropped;
}
