import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshRegistry, type TestRegistry } from '../../test/registry.ts';
import type { NewSession } from './types.ts';

let db: TestRegistry;
/** Another program on the same database. */
let sql: pg.Client;
beforeAll(async () => {
  db = await freshRegistry();
  sql = new pg.Client({ connectionString: db.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});

const newUser = async (name: string): Promise<{ name: string; passwordHash: string }> => {
  await db.registry.access.users.create({ name, passwordHash: 'first', grants: [] });
  return { name, passwordHash: 'first' };
};
const begin = (id: string, user?: NewSession['user']) =>
  db.registry.access.sessions.create({
    ...{ id, secretHash: 'ab', actor: `user:${id}`, grants: [], ...(user && { user }) },
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
const isOpen = async (id: string): Promise<boolean> =>
  (await db.registry.access.sessions.check(id)) !== undefined;

test('a session is there until it ends, with a user of this database or without', async () => {
  expect(await begin('a', await newUser('ana'))).toMatchObject({ id: 'a', user: 'ana' });
  expect(await begin('b')).toEqual(expect.not.objectContaining({ user: expect.anything() }));
  expect([await isOpen('a'), await isOpen('b')]).toEqual([true, true]);
  await db.registry.access.sessions.end('a');
  expect([await isOpen('a'), await isOpen('b')]).toEqual([false, true]);
});

test('no session begins with a password that was replaced, or of a user who was disabled, during the login', async () => {
  const { users } = db.registry.access;
  const eva = await newUser('eva');
  await users.setPassword('eva', 'second');
  expect(await begin('c', eva)).toBeUndefined();
  const current = { ...eva, passwordHash: 'second' };
  await users.setDisabled('eva', true);
  expect(await begin('c', current)).toBeUndefined();
  expect(await isOpen('c')).toBe(false);
  await users.setDisabled('eva', false);
  expect(await begin('c', current)).toBeDefined();
  expect(await isOpen('c')).toBe(true);
});

test('a login waits for a change of its user that is under way', async () => {
  const user = await newUser('iris');
  await sql.query('begin');
  await sql.query("update relevo.users set password_hash = 'second' where name = 'iris'");
  let isDone = false;
  const begun = begin('d', user).finally(() => {
    isDone = true;
  });
  const waiting =
    'select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))';
  await expect.poll(async () => isDone || (await sql.query(waiting)).rowCount).toBe(1);
  await sql.query('commit');
  expect(await begun).toBeUndefined();
});

test.each([
  ['disabled', 'disabled_at = now()'],
  ['given a newer password', "password_set_at = now() + interval '1 second'"],
])('a session that stayed opens nothing once its user was %s', async (what, set) => {
  const [name, id] = [`user ${what}`, `session ${what}`];
  await begin(id, await newUser(name));
  expect(await isOpen(id)).toBe(true);
  await sql.query(`update relevo.users set ${set} where name = $1`, [name]);
  expect(await isOpen(id)).toBe(false);
});
