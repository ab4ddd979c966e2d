import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { RelevoError } from '../../contracts/errors.ts';
import type { Database, Transaction } from '../database.ts';
import { storableText } from '../database.ts';
import { apiKeys } from '../schema/access.ts';
import { tellOf } from './changes.ts';
import type { ApiKey, ApiKeyRegistry, KeyCheck } from './types.ts';

type Row = typeof apiKeys.$inferSelect;

const iso = (moment: Date | null): string | undefined => moment?.toISOString();

const asApiKey = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  grants: row.grants,
  ratePerSecond: row.ratePerSecond ?? undefined,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  expiresAt: iso(row.expiresAt),
  rotatedAt: iso(row.rotatedAt),
  previousUntil: iso(row.previousUntil),
  revokedAt: iso(row.revokedAt),
  lastUsedAt: iso(row.lastUsedAt),
});

const asCheck = (row: Row): KeyCheck => ({
  id: row.id,
  grants: row.grants,
  ratePerSecond: row.ratePerSecond ?? undefined,
  secretHash: row.secretHash,
  previousHash: row.previousHash ?? undefined,
  previousUntil: iso(row.previousUntil),
  expiresAt: iso(row.expiresAt),
});

const keyNotFound = (id: string): RelevoError =>
  new RelevoError('API_KEY_NOT_FOUND', `There is no API key ${JSON.stringify(id.slice(0, 100))} in use.`, {
    field: 'id',
    value: id,
    expected: 'an id that "relevo keys list" shows',
  });

async function demandKey(db: Database | Transaction, id: string): Promise<Row> {
  const [found] = await db.select().from(apiKeys).where(eq(apiKeys.id, id));
  if (found === undefined) throw keyNotFound(id);
  return found;
}

const opens = and(
  isNull(apiKeys.revokedAt),
  or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
);

/** Keys in the database, as hashes alone. Servers hear of each change but `touch` when its transaction commits. */
export function apiKeyRegistry(db: Database): ApiKeyRegistry {
  return {
    create: ({ expiresAt, ...key }) =>
      db.transaction(async (tx) => {
        const [created] = await tx
          .insert(apiKeys)
          .values({
            ...key,
            name: storableText(key.name),
            expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
          })
          .returning();
        await tellOf(tx, { kind: 'key', id: key.id });
        return asApiKey(created);
      }),
    get: async (id) => asApiKey(await demandKey(db, id)),
    async list({ limit, before }) {
      const last = before === undefined ? undefined : await demandKey(db, before);
      const older =
        last &&
        or(
          lt(apiKeys.createdAt, last.createdAt),
          and(eq(apiKeys.createdAt, last.createdAt), lt(apiKeys.id, last.id)),
        );
      const rows = await db
        .select()
        .from(apiKeys)
        .where(older)
        .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
        .limit(limit);
      return rows.map(asApiKey);
    },
    rotate: (id, secretHash, overlapSeconds) =>
      db.transaction(async (tx) => {
        const [rotated] = await tx
          .update(apiKeys)
          .set({
            secretHash,
            previousHash: sql`${apiKeys.secretHash}`,
            previousUntil: sql`now() + make_interval(secs => ${overlapSeconds})`,
            rotatedAt: sql`now()`,
          })
          .where(and(eq(apiKeys.id, id), opens))
          .returning();
        if (rotated === undefined) throw keyNotFound(id);
        await tellOf(tx, { kind: 'key', id });
        return asApiKey(rotated);
      }),
    revoke: (id) =>
      db.transaction(async (tx) => {
        const [revoked] = await tx
          .update(apiKeys)
          .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, now())` })
          .where(eq(apiKeys.id, id))
          .returning();
        if (revoked === undefined) throw keyNotFound(id);
        await tellOf(tx, { kind: 'key', id });
        return asApiKey(revoked);
      }),
    async checks() {
      return (await db.select().from(apiKeys).where(opens)).map(asCheck);
    },
    async check(id) {
      const [found] = await db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.id, id), opens));
      return found && asCheck(found);
    },
    async touch(ids) {
      if (ids.length === 0) return;
      const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));
      await db
        .update(apiKeys)
        .set({ lastUsedAt: sql`date_trunc('minute', now())` })
        .where(and(inArray(apiKeys.id, [...ids]), stale));
    },
  };
}
