import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { connectionOptions } from './database.ts';
import { asRelevoError } from './failures.ts';

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any fixed number: what starts at the same time waits for the one that migrates. */
const lockKey = 7_356_386;

/** Brings the database's tables up to date. @throws RelevoError DATABASE_UNAVAILABLE */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new pg.Client(connectionOptions(databaseUrl));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await runMigrations(drizzle(client), {
      migrationsFolder,
      migrationsSchema: 'relevo',
      migrationsTable: 'migrations',
    });
  } catch (error) {
    throw asRelevoError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
