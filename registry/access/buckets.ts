import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { rateBuckets } from '../schema/access.ts';
import type { BucketRegistry } from './types.ts';

/** The database's clock alone counts: processes may be on machines whose clocks differ. */
const now = sql`clock_timestamp()`;

/** Buckets in the database: takes from one go one by one, and one that was never used is full. */
export function bucketRegistry(db: Database): BucketRegistry {
  return {
    take: (kind, name, { perSecond, burst }, wanted) =>
      db.transaction(async (tx) => {
        const own = and(eq(rateBuckets.kind, kind), eq(rateBuckets.name, name));
        await tx
          .insert(rateBuckets)
          .values({ kind, name, tokens: burst, updatedAt: now })
          .onConflictDoNothing();
        const [bucket] = await tx
          .select({
            tokens: rateBuckets.tokens,
            idleSeconds: sql<number>`greatest(0, extract(epoch from ${now} - ${rateBuckets.updatedAt}))::float8`,
          })
          .from(rateBuckets)
          .where(own)
          .for('update');
        const filled = Math.min(burst, bucket.tokens + bucket.idleSeconds * perSecond);
        const taken = Math.min(Math.floor(filled), wanted);
        const left = filled - taken;
        await tx.update(rateBuckets).set({ tokens: left, updatedAt: now }).where(own);
        return { taken, left };
      }),
    async prune() {
      await db.delete(rateBuckets).where(lt(rateBuckets.updatedAt, sql`now() - interval '1 day'`));
    },
  };
}
