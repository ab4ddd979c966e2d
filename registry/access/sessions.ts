import { and, eq, gt, lt, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { storableText } from '../database.ts';
import { oidcLogins, sessions } from '../schema/access.ts';
import { tellOf } from './changes.ts';
import type { Session, SessionRegistry } from './types.ts';

const asSession = ({ secretHash: _, user, ...row }: typeof sessions.$inferSelect): Session => ({
  ...row,
  ...(user === null ? {} : { user }),
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/**
 * Sessions in the database: what has expired is not found, whether or not `prune` has run. A login that is taken is
 * gone.
 */
export function sessionRegistry(db: Database): SessionRegistry {
  return {
    async create(session) {
      const row = {
        ...session,
        actor: storableText(session.actor),
        expiresAt: new Date(session.expiresAt),
      };
      const [created] = await db.insert(sessions).values(row).returning();
      return asSession(created);
    },
    async check(id) {
      const [found] = await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.id, id), gt(sessions.expiresAt, sql`now()`)));
      return found && { ...asSession(found), secretHash: found.secretHash };
    },
    end: (id) =>
      db.transaction(async (tx) => {
        await tx.delete(sessions).where(eq(sessions.id, id));
        await tellOf(tx, { kind: 'session', id });
      }),
    async beginOidc(login) {
      await db.insert(oidcLogins).values({ ...login, expiresAt: new Date(login.expiresAt) });
    },
    async takeOidc(stateHash) {
      const [taken] = await db.delete(oidcLogins).where(eq(oidcLogins.stateHash, stateHash)).returning();
      if (taken === undefined || taken.expiresAt.getTime() < Date.now()) return undefined;
      return { ...taken, expiresAt: taken.expiresAt.toISOString() };
    },
    async prune() {
      await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
      await db.delete(oidcLogins).where(lt(oidcLogins.expiresAt, sql`now()`));
    },
  };
}
