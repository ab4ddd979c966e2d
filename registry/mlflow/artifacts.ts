import { eq, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { mlflowArtifacts } from '../schema/mlflow.ts';
import { mlflowNotFound } from './errors.ts';
import type { MlflowArtifacts } from './types.ts';

/** What lies below a folder, as a range of the paths' index: `0` is the character after the slash. */
const below = (folder: string) =>
  folder === ''
    ? sql`true`
    : sql`${mlflowArtifacts.path} > ${`${folder}/`} and ${mlflowArtifacts.path} < ${`${folder}0`}`;

/** Which artifact a path leads to. A path that is put anew or deleted leaves the file itself in the artifact store. */
export function mlflowArtifactRegistry(db: Database): MlflowArtifacts {
  return {
    async put(path, artifact) {
      await db
        .insert(mlflowArtifacts)
        .values({ path, artifact })
        .onConflictDoUpdate({ target: mlflowArtifacts.path, set: { artifact, putAt: sql`now()` } });
    },
    async get(path) {
      const [row] = await db
        .select({ artifact: mlflowArtifacts.artifact })
        .from(mlflowArtifacts)
        .where(eq(mlflowArtifacts.path, path));
      if (row === undefined) throw mlflowNotFound(`Artifact "${path}"`, 'path', path);
      return row.artifact;
    },
    async list(folder) {
      const from = folder === '' ? 1 : folder.length + 2;
      const { rows } = await db.execute<{ name: string; is_folder: boolean; bytes: string | null }>(sql`
        select split_part(substr(path, ${from}), '/', 1) as name, bool_or(position('/' in substr(path, ${from})) > 0) as is_folder,
          max((artifact ->> 'bytes')::bigint) as bytes
        from relevo.mlflow_artifacts where ${below(folder)} group by 1 order by 1`);
      return rows.map(({ name, is_folder, bytes }) =>
        is_folder ? { name, isFolder: true } : { name, isFolder: false, bytes: Number(bytes) },
      );
    },
    async delete(path) {
      await db.delete(mlflowArtifacts).where(or(eq(mlflowArtifacts.path, path), below(path)));
    },
  };
}
