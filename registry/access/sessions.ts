import { and, eq, gt, gte, isNull, lt, or, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database.ts';
import { storableText } from '../database.ts';
import { oidcLogins, sessions, users } from '../schema/access.ts';
import { tellOf } from './changes.ts';
import type { NewSession, Session, SessionRegistry } from './types.ts';

const asSession = ({ secretHash: _, user, ...row }: typeof sessions.$inferSelect): Session => ({
  ...row,
  ...(user === null ? {} : { user }),
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/** Locked until the session is there, so that whoever changes the user afterwards finds it and ends it. */
async function isCurrent(tx: Transaction, { name, passwordHash }: NonNullable<NewSession['user']>) {
  const [found] = await tx
    .select({ name: users.name })
    .from(users)
    .where(and(eq(users.name, name), eq(users.passwordHash, passwordHash), isNull(users.disabledAt)))
    .for('share');
  return found !== undefined;
}

/** Sessions of an identity provider have no user here. */
const ofUserWhoMay = or(
  isNull(sessions.user),
  and(isNull(users.disabledAt), gte(sessions.createdAt, users.passwordSetAt)),
);

/**
 * Sessions in the database: what has expired is not found, whether or not `prune` has run. A login that is taken is
 * gone.
 */
export function sessionRegistry(db: Database): SessionRegistry {
  return {
    create: ({ user, ...session }) =>
      db.transaction(async (tx) => {
        if (user !== undefined && !(await isCurrent(tx, user))) return undefined;
        const row = {
          ...{ ...session, user: user?.name },
          actor: storableText(session.actor),
          expiresAt: new Date(session.expiresAt),
        };
        const [created] = await tx.insert(sessions).values(row).returning();
        return asSession(created);
      }),
    async check(id) {
      const [found] = await db
        .select({ session: sessions })
        .from(sessions)
        .leftJoin(users, eq(users.name, sessions.user))
        .where(and(eq(sessions.id, id), gt(sessions.expiresAt, sql`now()`), ofUserWhoMay));
      return found && { ...asSession(found.session), secretHash: found.session.secretHash };
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
