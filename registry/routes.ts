import { and, asc, eq, sql } from 'drizzle-orm';
import { contestRouteSchema } from '../contracts/contest.ts';
import type { Database, Transaction } from './database.ts';
import { demandModel } from './models.ts';
import { contestRoutes } from './schema/routes.ts';
import type { RouteRegistry } from './types.ts';

/** Where listeners hear that a contest's route changed: JSON `{ pipeline, version }`, the challenger's. */
export const routeChannel = 'relevo_route';

async function tell(tx: Transaction, pipeline: string, version: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${routeChannel}, ${JSON.stringify({ pipeline, version })})`);
}

/**
 * Routes in the database; servers hear of a change when its transaction commits. Clearing what is not there tells
 * nobody.
 */
export function routeRegistry(db: Database): RouteRegistry {
  return {
    async set(route) {
      const { pipeline, challenger, stage, share, salt } = contestRouteSchema.parse(route);
      await db.transaction(async (tx) => {
        await demandModel(tx, pipeline, challenger);
        await tx
          .insert(contestRoutes)
          .values({ pipeline, challenger, stage, share, salt })
          .onConflictDoUpdate({
            target: [contestRoutes.pipeline, contestRoutes.challenger],
            set: { stage, share, salt, updatedAt: sql`now()` },
          });
        await tell(tx, pipeline, challenger);
      });
    },
    async clear(pipeline, challenger) {
      await db.transaction(async (tx) => {
        const gone = await tx
          .delete(contestRoutes)
          .where(and(eq(contestRoutes.pipeline, pipeline), eq(contestRoutes.challenger, challenger)))
          .returning({ challenger: contestRoutes.challenger });
        if (gone.length > 0) await tell(tx, pipeline, challenger);
      });
    },
    async active(pipeline) {
      const rows = await db
        .select()
        .from(contestRoutes)
        .where(eq(contestRoutes.pipeline, pipeline))
        .orderBy(asc(contestRoutes.createdAt), asc(contestRoutes.challenger));
      return rows.map(({ createdAt: _created, updatedAt: _updated, ...route }) => route);
    },
  };
}
