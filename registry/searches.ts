import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { RelevoError } from '../contracts/errors.ts';
import { type Database, storableText } from './database.ts';
import { searches, trials } from './schema/searches.ts';
import type { Search, SearchRegistry, Trial } from './types.ts';

const asSearch = (row: typeof searches.$inferSelect): Search => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
});

const asTrial = ({ batch: _, ...row }: typeof trials.$inferSelect): Trial => ({
  ...row,
  score: row.score ?? undefined,
  error: row.error ?? undefined,
  askedAt: row.askedAt.toISOString(),
  toldAt: row.toldAt?.toISOString(),
});

/** Searches in the database; all of it may be said twice. INTERNAL for the outcome of a trial that nobody asked for. */
export function searchRegistry(db: Database): SearchRegistry {
  const trial = async (searchId: string, number: number): Promise<Trial> => {
    const [row] = await db
      .select()
      .from(trials)
      .where(and(eq(trials.searchId, searchId), eq(trials.number, number)));
    if (row === undefined)
      throw new RelevoError('INTERNAL', `Trial ${number} of the search "${searchId}" was never asked for`);
    return asTrial(row);
  };
  return {
    async open(search) {
      await db.insert(searches).values(search).onConflictDoNothing({ target: searches.id });
      const [row] = await db.select().from(searches).where(eq(searches.id, search.id));
      return asSearch(row);
    },
    async trials(searchId) {
      const rows = await db
        .select()
        .from(trials)
        .where(eq(trials.searchId, searchId))
        .orderBy(asc(trials.number));
      return rows.map(asTrial);
    },
    async ask(searchId, number, params) {
      await db.insert(trials).values({ searchId, number, params }).onConflictDoNothing();
      return trial(searchId, number);
    },
    async tell(searchId, number, { state, score, steps, error }) {
      await db
        .update(trials)
        .set({
          state,
          score: score ?? null,
          steps,
          error: error === undefined ? null : storableText(error),
          toldAt: sql`now()`,
        })
        .where(
          and(
            eq(trials.searchId, searchId),
            eq(trials.number, number),
            inArray(trials.state, ['asked', 'failed']),
          ),
        );
      return trial(searchId, number);
    },
  };
}
