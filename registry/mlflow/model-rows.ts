import { type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database.ts';
import { mlflowNotFound } from './errors.ts';
import type { MlflowModelVersion, MlflowRegisteredModel, Texts } from './types.ts';

export interface VersionRow extends Record<string, unknown> {
  name: string;
  version: number;
  source: string;
  storage_location: string;
  run_id: string | null;
  run_link: string | null;
  model_id: string | null;
  user_id: string | null;
  description: string | null;
  stage: string;
  created_ms: number | string;
  updated_ms: number | string;
  tags: Texts;
  aliases: string[];
}
export interface ModelRow extends Record<string, unknown> {
  name: string;
  description: string | null;
  created_ms: string;
  updated_ms: string;
  tags: Texts;
  aliases: Record<string, number>;
  latest: VersionRow[];
}

/** A version `v` of the model `g` with the aliases that point to it. */
const versionColumns: SQL = sql`v.*, (
  select coalesce(json_agg(a.key order by a.key), '[]') from jsonb_each(g.aliases) a where a.value = to_jsonb(v.version)
) as aliases`;

/** Versions `v` with their models `g`. */
export const versionsFrom: SQL = sql`select ${versionColumns}
  from relevo.mlflow_model_versions v join relevo.mlflow_registered_models g on g.name = v.name`;

/** Models `g`, each with the newest version of each stage. */
export const modelsFrom: SQL = sql`select g.name, g.description, g.created_ms, g.updated_ms, g.tags, g.aliases, (
    select coalesce(json_agg(to_json(n) order by n.version), '[]') from (
      select distinct on (v.stage) ${versionColumns} from relevo.mlflow_model_versions v
      where v.name = g.name order by v.stage, v.version desc
    ) n
  ) as latest
  from relevo.mlflow_registered_models g`;

/** A row as the version that it holds; what is NULL is absent. */
export const asVersion = (row: VersionRow): MlflowModelVersion => ({
  name: row.name,
  version: row.version,
  source: row.source,
  storageLocation: row.storage_location,
  ...(row.run_id === null ? {} : { runId: row.run_id }),
  ...(row.run_link === null ? {} : { runLink: row.run_link }),
  ...(row.model_id === null ? {} : { modelId: row.model_id }),
  ...(row.user_id === null ? {} : { userId: row.user_id }),
  ...(row.description === null ? {} : { description: row.description }),
  stage: row.stage,
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  tags: row.tags,
  aliases: row.aliases,
});

/** A row as the model that it holds; what is NULL is absent. */
export const asModel = (row: ModelRow): MlflowRegisteredModel => ({
  name: row.name,
  ...(row.description === null ? {} : { description: row.description }),
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  tags: row.tags,
  aliases: row.aliases,
  latestVersions: row.latest.map(asVersion),
});

/** MLFLOW_NOT_FOUND, in the words of MLflow's own server. */
export const modelNotFound = (name: string) =>
  mlflowNotFound(`Registered Model with name=${name}`, 'name', name);
/** MLFLOW_NOT_FOUND, in the words of MLflow's own server. */
export const versionNotFound = (name: string, version: number) =>
  mlflowNotFound(`Model Version (name=${name}, version=${version})`, 'version', version);

/** @throws RelevoError MLFLOW_NOT_FOUND */
export async function readModel(from: Database | Transaction, name: string): Promise<MlflowRegisteredModel> {
  const { rows } = await from.execute<ModelRow>(sql`${modelsFrom} where g.name = ${name}`);
  if (rows.length === 0) throw modelNotFound(name);
  return asModel(rows[0]);
}

/** @throws RelevoError MLFLOW_NOT_FOUND */
export async function readVersion(
  from: Database | Transaction,
  name: string,
  version: number,
): Promise<MlflowModelVersion> {
  const { rows } = await from.execute<VersionRow>(
    sql`${versionsFrom} where v.name = ${name} and v.version = ${version}`,
  );
  if (rows.length === 0) throw versionNotFound(name, version);
  return asVersion(rows[0]);
}
