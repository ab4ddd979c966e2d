import { asc, eq, isNull, sql } from 'drizzle-orm';
import { RelevoError } from '../../contracts/errors.ts';
import type { Database, Transaction } from '../database.ts';
import { sessions, users } from '../schema/access.ts';
import { tellOf } from './changes.ts';
import type { User, UserRegistry } from './types.ts';

const asUser = ({ passwordHash: _, ...row }: typeof users.$inferSelect): User => ({
  name: row.name,
  grants: row.grants,
  createdAt: row.createdAt.toISOString(),
  passwordSetAt: row.passwordSetAt.toISOString(),
  disabledAt: row.disabledAt?.toISOString(),
});

async function endSessionsOf(tx: Transaction, name: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.user, name));
  await tellOf(tx, { kind: 'session', id: '*' });
}

const userNotFound = (name: string): RelevoError =>
  new RelevoError('USER_NOT_FOUND', `There is no user ${JSON.stringify(name.slice(0, 100))}.`, {
    field: 'name',
    value: name,
    expected: 'a name that "relevo users list" shows',
  });

/** Users in the database; a change of password or state ends the user's sessions in the same transaction. */
export function userRegistry(db: Database): UserRegistry {
  const change = (name: string, set: object): Promise<void> =>
    db.transaction(async (tx) => {
      const changed = await tx
        .update(users)
        .set(set)
        .where(eq(users.name, name))
        .returning({ name: users.name });
      if (changed.length === 0) throw userNotFound(name);
      await endSessionsOf(tx, name);
    });
  return {
    async create(user) {
      const created = await db
        .insert(users)
        .values(user)
        .onConflictDoNothing()
        .returning({ name: users.name });
      return created.length > 0;
    },
    async list() {
      return (await db.select().from(users).orderBy(asc(users.name))).map(asUser);
    },
    async hasLogins() {
      const found = await db
        .select({ name: users.name })
        .from(users)
        .where(isNull(users.disabledAt))
        .limit(1);
      return found.length > 0;
    },
    async login(name) {
      const [found] = await db.select().from(users).where(eq(users.name, name));
      if (found === undefined || found.disabledAt !== null) return undefined;
      return { ...asUser(found), passwordHash: found.passwordHash };
    },
    setPassword: (name, passwordHash) => change(name, { passwordHash, passwordSetAt: sql`now()` }),
    setDisabled: (name, disabled) => change(name, { disabledAt: disabled ? sql`now()` : null }),
  };
}
