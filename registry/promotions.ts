import { and, desc, eq } from 'drizzle-orm';
import { RelevoError } from '../contracts/errors.ts';
import type { AliasMove } from '../contracts/runs.ts';
import { currentAliases, moveAliases, standingPromotions } from './aliases.ts';
import { type Database, lockPipeline, type Transaction } from './database.ts';
import { demandModel } from './models.ts';
import { aliasEvents } from './schema/aliases.ts';
import type { AliasEvent, ModelRegistry, Promotion, Rollback } from './types.ts';

/** What the same request did before, where it was made before. */
async function doneBefore(
  tx: Transaction,
  { pipeline, requestId }: { pipeline: string; requestId?: string },
): Promise<AliasMove | undefined> {
  if (requestId === undefined) return undefined;
  const [event] = await tx
    .select()
    .from(aliasEvents)
    .where(and(eq(aliasEvents.pipeline, pipeline), eq(aliasEvents.requestId, requestId)));
  if (event?.champion == null) return undefined;
  return { pipeline, champion: event.champion, previous: event.previous ?? undefined };
}

/** @throws RelevoError CHAMPION_MOVED where a comparison was made with a version that is not champion any more. */
function demandChampion(
  { pipeline, overChampion }: Pick<Promotion, 'pipeline' | 'overChampion'>,
  champion: string | undefined,
): void {
  if (overChampion === undefined || overChampion === (champion ?? null)) return;
  throw new RelevoError('CHAMPION_MOVED', `The champion of "${pipeline}" is ${champion ?? 'none'} by now`, {
    field: 'champion',
    value: champion ?? null,
    expected: overChampion ?? 'none',
  });
}

async function promoteIn(tx: Transaction, promotion: Promotion): Promise<AliasMove> {
  const { pipeline, version } = promotion;
  await lockPipeline(tx, pipeline);
  const before = await doneBefore(tx, promotion);
  if (before !== undefined) return before;
  await demandModel(tx, pipeline, version);
  const { champion, previous, challenger } = await currentAliases(tx, pipeline);
  if (champion === version) return { pipeline, champion, previous };
  demandChampion(promotion, champion);
  const after = {
    champion: version,
    ...(champion === undefined ? {} : { previous: champion }),
    ...(challenger === undefined || challenger === version ? {} : { challenger }),
  };
  await moveAliases(tx, { action: 'promote', ...promotion, after });
  return { pipeline, champion: version, previous: champion };
}

async function rollbackIn(tx: Transaction, rollback: Rollback): Promise<AliasMove> {
  const { pipeline } = rollback;
  await lockPipeline(tx, pipeline);
  const before = await doneBefore(tx, rollback);
  if (before !== undefined) return before;
  const standing = await standingPromotions(tx, pipeline);
  const [earlier, target, champion] = [standing.at(-3), standing.at(-2), standing.at(-1)];
  if (target === undefined || champion === undefined) {
    const state = champion === undefined ? 'no champion' : `no champion before ${champion}`;
    throw new RelevoError('ROLLBACK_IMPOSSIBLE', `The pipeline "${pipeline}" has ${state} to return to`, {
      field: 'pipeline',
      value: pipeline,
    });
  }
  demandChampion({ pipeline, overChampion: rollback.ofChampion }, champion);
  const { challenger } = await currentAliases(tx, pipeline);
  const after = {
    champion: target,
    ...(earlier === undefined ? {} : { previous: earlier }),
    ...(challenger === undefined ? {} : { challenger }),
  };
  await moveAliases(tx, { action: 'rollback', ...rollback, version: champion, after });
  return { pipeline, champion: target, previous: earlier };
}

function asEvent(row: typeof aliasEvents.$inferSelect): AliasEvent {
  const { pipeline, action, version, champion, challenger, previous, actor, reason, evidence, at } = row;
  return {
    ...{ pipeline, action, version, actor, reason },
    after: {
      champion: champion ?? undefined,
      challenger: challenger ?? undefined,
      previous: previous ?? undefined,
    },
    evidence: evidence ?? undefined,
    at: at.toISOString(),
  };
}

type Promotions = Pick<ModelRegistry, 'aliases' | 'promote' | 'rollback' | 'aliasHistory'>;

/**
 * Aliases in the database; moves of a pipeline go one by one, and promoting the champion changes nothing.
 * CHAMPION_MOVED where a promotion or rollback names a champion that stands no more.
 */
export function promotionRegistry(db: Database): Promotions {
  return {
    aliases: (pipeline) => currentAliases(db, pipeline),
    promote: (promotion) => db.transaction((tx) => promoteIn(tx, promotion)),
    rollback: (rollback) => db.transaction((tx) => rollbackIn(tx, rollback)),
    async aliasHistory(pipeline, limit = 1000) {
      const rows = await db
        .select()
        .from(aliasEvents)
        .where(eq(aliasEvents.pipeline, pipeline))
        .orderBy(desc(aliasEvents.id))
        .limit(limit);
      return rows.map(asEvent);
    },
  };
}
