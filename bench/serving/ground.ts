import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPostgres } from '../../cli/up/postgres.ts';
import { freePort } from '../../cli/up/readiness.ts';
import { everyPipeline } from '../../contracts/security.ts';
import { formatKey, hashOf, newCredential } from '../../registry/access/credentials.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry } from '../../registry/index.ts';
import { migrate } from '../../registry/migrate.ts';
import { registerSteelModel } from '../../test/support/registered-model.ts';
import type { JsonRow, SteelModel } from '../../test/support/steel-model.ts';

/** What the servers under measurement stand on: one model, and for Relevo a database, a home and an API key. */
export interface Ground {
  folder: string;
  home: string;
  databaseUrl: string;
  /** Of the server, to count what it works. */
  postgresPid: number;
  apiKey: string;
  modelPath: string;
  /** Rows that requests take in turn, in memory and as JSON in a file. */
  samples: JsonRow[];
  rowsPath: string;
  close(): Promise<void>;
}

/** Has the model trained by a process that ends, and reads what it left in the folder. */
async function trained(folder: string, trees: number) {
  const script = fileURLToPath(new URL('model.ts', import.meta.url));
  const env = { ...process.env, FOLDER: folder, TREES: String(trees) };
  await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
  const [modelPath, rowsPath] = [join(folder, 'model.onnx'), join(folder, 'rows.json')];
  const [onnx, version, samples] = await Promise.all([
    readFile(modelPath),
    readFile(join(folder, 'version.json'), 'utf8'),
    readFile(rowsPath, 'utf8'),
  ]);
  const model: Pick<SteelModel, 'onnx' | 'version'> = { onnx, version: JSON.parse(version) };
  return { model, served: { modelPath, rowsPath, samples: JSON.parse(samples) as JsonRow[] } };
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export async function prepareGround(trees: number): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-bench-'));
  // Root's PostgreSQL runs under another account, which must get through to its data.
  await chmod(folder, 0o711);
  const home = join(folder, 'home');
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres', 'data'),
    port: await freePort(),
    log: say,
  });
  await migrate(postgres.url);
  say(`training the model: ${trees} trees of depth 8 …`);
  const { model, served } = await trained(folder, trees);

  const registry = openRegistry(postgres.url, { poolSize: 2 });
  const artifacts = createFolderArtifacts(join(home, 'artifacts'));
  const version = await registerSteelModel({ registry, artifacts }, model, 'bench');
  await registry.models.promote({
    ...{ pipeline: model.version.pipeline, version, actor: 'bench', reason: 'bench' },
  });
  const credential = newCredential();
  await registry.access.keys.create({
    ...{ id: credential.id, secretHash: hashOf(credential.secret), name: 'bench', createdBy: 'bench' },
    grants: [{ role: 'client', pipeline: everyPipeline }],
  });
  await registry.close();
  return {
    ...{ folder, home, databaseUrl: postgres.url, postgresPid: postgres.pid, ...served },
    apiKey: formatKey(credential),
    async close() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
