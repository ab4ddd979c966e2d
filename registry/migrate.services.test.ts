import { readdir, readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, inject, test } from 'vitest';
import { freePort } from '../cli/up/readiness.ts';
import { freshDatabase } from '../test/database.ts';
import { openRegistry } from './index.ts';
import { migrate } from './migrate.ts';

test('starts at the same time migrate once; a later one changes nothing', async () => {
  const database = await freshDatabase(inject('databaseUrl'));
  await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
  await migrate(database.url);
  const registry = openRegistry(database.url);
  expect(await registry.pipelines.list()).toEqual([]);
  await registry.close();
  await database.drop();
});

test('the committed migrations are those of the schema', async () => {
  const journal = JSON.parse(
    await readFile(new URL('./migrations/meta/_journal.json', import.meta.url), 'utf8'),
  );
  const last = String(journal.entries.at(-1).idx).padStart(4, '0');
  const snapshot = JSON.parse(
    await readFile(new URL(`./migrations/meta/${last}_snapshot.json`, import.meta.url), 'utf8'),
  );
  const files = await readdir(new URL('./schema/', import.meta.url));
  const rooms = await Promise.all(files.map((file) => import(`./schema/${file}`)));
  const schema: Record<string, unknown> = Object.assign({}, ...rooms);
  expect(await generateMigration(snapshot, generateDrizzleJson(schema, snapshot.id))).toEqual([]);
});

test('a database without tables says what to do', async () => {
  const database = await freshDatabase(inject('databaseUrl'));
  const registry = openRegistry(database.url);
  await expect(registry.pipelines.list()).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    details: { remedy: expect.stringContaining('migrations') },
  });
  await registry.close();
  await database.drop();
});

test('a database that is not there is said without its address and password', async () => {
  const secret = 'hunter2secret';
  const real = new URL(inject('databaseUrl'));
  real.password = secret;
  const absent = new URL(real);
  absent.port = String(await freePort());
  for (const url of [
    real.href,
    absent.href,
    real.href.replace('/postgres', '/nowhere'),
    `not a url ${secret}`,
  ]) {
    const failures = await Promise.all([
      migrate(url).catch((error) => error),
      (async () => openRegistry(url).ping())().catch((error) => error),
      (async () => openRegistry(url).runs.get('x'))().catch((error) => error),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: url.startsWith('not') ? 'ENVIRONMENT_INVALID' : 'DATABASE_UNAVAILABLE',
      });
      expect(inspect(failure, { depth: 10 })).not.toContain(secret);
    }
  }
});
