import { inject } from 'vitest';
import { openRegistry, type Registry } from '../registry/index.ts';
import { migrate } from '../registry/migrate.ts';
import { freshDatabase } from './database.ts';

export interface TestRegistry {
  url: string;
  registry: Registry;
  /** Another registry on the same database, as another process has one. */
  another(): Registry;
  drop(): Promise<void>;
}

/** A registry on a migrated database of the test's own. */
export async function freshRegistry(): Promise<TestRegistry> {
  const database = await freshDatabase(inject('databaseUrl'));
  await migrate(database.url);
  const opened: Registry[] = [];
  const another = (): Registry => {
    const registry = openRegistry(database.url, { poolSize: 5 });
    opened.push(registry);
    return registry;
  };
  return {
    url: database.url,
    registry: another(),
    another,
    async drop() {
      await Promise.all(opened.map((registry) => registry.close()));
      await database.drop();
    },
  };
}
