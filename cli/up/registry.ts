import { type FirstAdmin, prepareAccess } from './access.ts';

/**
 * Brings the database to this version's schema and makes the pipelines of this clone known to it; where the API will
 * ask who calls, sees to it that somebody can answer.
 */
export async function prepareRegistry(
  databaseUrl: string,
  access?: { home: string },
): Promise<{ firstAdmin: FirstAdmin | undefined }> {
  const [{ migrate }, { openRegistry }, { pipelines }] = await Promise.all([
    import('../../registry/migrate.ts'),
    import('../../registry/index.ts'),
    import('../../pipelines/index.ts'),
  ]);
  await migrate(databaseUrl);
  const registry = openRegistry(databaseUrl, { poolSize: 1 });
  try {
    for (const spec of Object.values(pipelines)) await registry.pipelines.save(spec);
    return { firstAdmin: access && (await prepareAccess(access.home, registry)) };
  } finally {
    await registry.close();
  }
}
