import { createHash } from 'node:crypto';
import { asc, eq, ne } from 'drizzle-orm';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import { type Database, pipelineNotFound } from './database.ts';
import { pipelines } from './schema/pipelines.ts';
import type { Pipeline, PipelineRegistry } from './types.ts';

const asPipeline = (row: typeof pipelines.$inferSelect): Pipeline => ({
  name: row.name,
  spec: row.spec,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** Of the text, keys in their order: another order of features is another pipeline. */
const hashOf = (spec: PipelineSpec): string =>
  createHash('sha256').update(JSON.stringify(spec)).digest('hex');

/** Pipelines in the database. Saving what is stored changes nothing; the same fields in another order are a change. */
export function pipelineRegistry(db: Database): PipelineRegistry {
  const get = async (name: string): Promise<Pipeline> => {
    const [row] = await db.select().from(pipelines).where(eq(pipelines.name, name));
    if (row === undefined) throw pipelineNotFound(name);
    return asPipeline(row);
  };
  return {
    get,
    async save(spec) {
      const change = { spec, specSha256: hashOf(spec) };
      await db
        .insert(pipelines)
        .values({ name: spec.name, ...change })
        .onConflictDoUpdate({
          target: pipelines.name,
          set: { ...change, updatedAt: new Date() },
          setWhere: ne(pipelines.specSha256, change.specSha256),
        });
      return get(spec.name);
    },
    async list() {
      return (await db.select().from(pipelines).orderBy(asc(pipelines.name))).map(asPipeline);
    },
  };
}
