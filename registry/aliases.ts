import { and, asc, eq, notInArray, sql } from 'drizzle-orm';
import { type Database, storableText, type Transaction } from './database.ts';
import { aliasEvents, aliases } from './schema/aliases.ts';
import { type AliasAction, type Aliases, aliasNames } from './types.ts';

/** Where listeners hear that a pipeline's champion changed: JSON `{ pipeline, version }`. */
export const aliasChannel = 'relevo_alias';

export interface AliasChange {
  action: AliasAction;
  pipeline: string;
  version: string;
  after: Aliases;
  actor: string;
  reason: string;
  evidence?: unknown;
  requestId?: string;
}

/** Which version each alias of a pipeline points to; an alias that points nowhere is absent. */
export async function currentAliases(db: Database | Transaction, pipeline: string): Promise<Aliases> {
  const rows = await db.select().from(aliases).where(eq(aliases.pipeline, pipeline));
  return Object.fromEntries(rows.map(({ alias, version }) => [alias, version]));
}

/** Puts the aliases where `after` says, with a line in the audit; tells listeners where the champion changes. */
export async function moveAliases(tx: Transaction, change: AliasChange): Promise<void> {
  const { action, pipeline, version, after, actor, reason, evidence, requestId } = change;
  const { champion: formerChampion } = await currentAliases(tx, pipeline);
  const standing = aliasNames.flatMap((alias) => {
    const target = after[alias];
    return target === undefined ? [] : [{ pipeline, alias, version: target }];
  });
  for (const row of standing) {
    await tx
      .insert(aliases)
      .values(row)
      .onConflictDoUpdate({
        target: [aliases.pipeline, aliases.alias],
        set: { version: row.version, updatedAt: sql`now()` },
        setWhere: sql`${aliases.version} <> ${row.version}`,
      });
  }
  const kept = standing.map(({ alias }) => alias);
  await tx.delete(aliases).where(and(eq(aliases.pipeline, pipeline), notInArray(aliases.alias, kept)));
  await tx.insert(aliasEvents).values({
    ...{ action, pipeline, version, evidence, requestId, ...after },
    actor: storableText(actor),
    reason: storableText(reason),
  });
  if (after.champion === undefined || after.champion === formerChampion) return;
  const message = JSON.stringify({ pipeline, version: after.champion });
  await tx.execute(sql`select pg_notify(${aliasChannel}, ${message})`);
}

/** The promotions that still stand, oldest first: each promotion adds one, each rollback takes the last away. */
export async function standingPromotions(tx: Transaction, pipeline: string): Promise<string[]> {
  const events = await tx
    .select({ action: aliasEvents.action, version: aliasEvents.version })
    .from(aliasEvents)
    .where(and(eq(aliasEvents.pipeline, pipeline), notInArray(aliasEvents.action, ['register'])))
    .orderBy(asc(aliasEvents.id));
  const standing: string[] = [];
  for (const { action, version } of events) {
    if (action === 'rollback') standing.pop();
    else standing.push(version);
  }
  return standing;
}
