/** Brings the database to this version's schema and makes the pipelines of this clone known to it. */
export async function prepareRegistry(databaseUrl: string): Promise<number> {
  const [{ migrate }, { openRegistry }, { pipelines }] = await Promise.all([
    import('../../registry/migrate.ts'),
    import('../../registry/index.ts'),
    import('../../pipelines/index.ts'),
  ]);
  await migrate(databaseUrl);
  const registry = openRegistry(databaseUrl, { poolSize: 1 });
  try {
    const specs = Object.values(pipelines);
    for (const spec of specs) await registry.pipelines.save(spec);
    return specs.length;
  } finally {
    await registry.close();
  }
}
