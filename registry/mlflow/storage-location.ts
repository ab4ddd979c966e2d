import { sql } from 'drizzle-orm';
import type { Transaction } from '../database.ts';
import { invalid, mlflowNotFound } from './errors.ts';
import { readVersion } from './model-rows.ts';
import type { NewMlflowModelVersion } from './types.ts';

const loggedModel = /^models:\/+(m-[0-9a-f]{32})\/?$/;
const registeredVersion = /^models:\/+([^/@]+)\/(\d{1,9})$/;
const runFile = /^runs:\/+([\w-]+)\/(.+)$/;

/** The version that `models:/NAME/3` means: the name stands as it is, no character of it encoded, as MLflow reads it. */
export function registeredSource(source: string): { name: string; version: number } | undefined {
  const [, name, version] = registeredVersion.exec(source) ?? [];
  return name === undefined ? undefined : { name, version: Number(version) };
}

/**
 * Where the files of a new version are, and the run that they came from. A client names a logged model, another
 * version, a file of a run, or the files' own address.
 * @throws RelevoError MLFLOW_NOT_FOUND where it names something that is not there; REQUEST_INVALID
 */
export async function locate(
  tx: Transaction,
  { source }: Pick<NewMlflowModelVersion, 'source'>,
): Promise<{ storageLocation: string; runId?: string }> {
  const logged = loggedModel.exec(source);
  if (logged !== null) return await locateLogged(tx, logged[1]);
  const version = registeredSource(source);
  if (version !== undefined) {
    const found = await readVersion(tx, version.name, version.version);
    return { storageLocation: found.storageLocation, runId: found.runId };
  }
  const file = runFile.exec(source);
  if (file === null) return { storageLocation: demandAddress(source, 'source') };
  const { rows } = await tx.execute<{ artifact_uri: string }>(
    sql`select artifact_uri from relevo.mlflow_runs where id = ${file[1]}`,
  );
  if (rows.length === 0) throw mlflowNotFound(`Run with id=${file[1]}`, 'source', source);
  return { storageLocation: `${rows[0].artifact_uri}/${file[2]}`, runId: file[1] };
}

async function locateLogged(
  tx: Transaction,
  id: string,
): Promise<{ storageLocation: string; runId?: string }> {
  const { rows } = await tx.execute<{ artifact_location: string; source_run_id: string | null }>(
    sql`select artifact_location, source_run_id from relevo.mlflow_logged_models where id = ${id}`,
  );
  if (rows.length === 0) throw mlflowNotFound(`Logged model with ID '${id}'`, 'source', id);
  const [{ artifact_location: storageLocation, source_run_id: runId }] = rows;
  return { storageLocation, ...(runId === null ? {} : { runId }) };
}

/** What is no whole address in these schemes is none in any other way; the server's own disk is nobody's to name. */
const schemesWithForm = new Set(['file', 'models', 'runs']);

/** An address in an artifact store, as given. @throws RelevoError REQUEST_INVALID */
export function demandAddress(address: string, field: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1].toLowerCase();
  const isWay = /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(address);
  if (scheme !== undefined && !schemesWithForm.has(scheme) && !isWay) return address;
  throw invalid(
    `Invalid ${field}: '${address.slice(0, 120)}'`,
    field,
    address.slice(0, 120),
    'an address in an artifact store, such as mlflow-artifacts:/…, s3://…, models:/m-… or runs:/…/model',
  );
}
