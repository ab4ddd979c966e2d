import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { openSecurity } from '../../api/security/open.ts';
import { registryChampions } from '../../api/serving/champion-source.ts';
import { parseEnvironment } from '../../contracts/env.ts';
import { formatKey, hashOf, newCredential } from '../../registry/access/credentials.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry } from '../../registry/index.ts';
import { dataset } from '../records.ts';
import { startWorkers, type Workers } from '../stack.ts';
import { startApi, type TestApi } from './api.ts';
import { type SteelModel, trainSteelModel } from './steel-model.ts';

/** The API over both workers as processes, with a champion of the steel pipeline. */
export interface ServedStack {
  api: TestApi;
  workers: Workers;
  model: SteelModel;
  /** A folder of the stack's own. */
  folder: string;
  /** An administrator's, where keys are asked for. */
  key: string | undefined;
  close(): Promise<void>;
}

/** @param options.auth whether the API asks for a key; everybody may do everything where absent. */
export async function startServedStack(
  services: { databaseUrl: string; temporalAddress: string },
  { auth = false, rows = 500 }: { auth?: boolean; rows?: number } = {},
): Promise<ServedStack> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-served-'));
  const connection = await Connection.connect({ address: services.temporalAddress });
  const client = new Client({ connection });
  const workers = await startWorkers({ ...services, folder, client, stop: async () => {} }, 'home');
  const { registry, databaseUrl, home } = workers;
  const artifacts = createFolderArtifacts(join(home, 'artifacts'));
  const model = await trainSteelModel({ rows, trees: 20, depth: 4 });
  await registerChampion(workers, model);
  const key = auth ? await administratorsKey(workers) : undefined;
  const env = parseEnvironment({ RELEVO_AUTH: 'required', RELEVO_HOME: home });
  const log = pino({ level: 'silent' });
  const security = auth ? await openSecurity({ env, databaseUrl, registry, log }) : undefined;
  const champions = openRegistry(databaseUrl, { poolSize: 2 });
  const api = await startApi({
    ...{ databaseUrl, artifacts, temporalAddress: services.temporalAddress },
    source: registryChampions(champions, artifacts, databaseUrl),
    ...(security === undefined ? {} : { gate: security.gate }),
  });
  return {
    ...{ api, workers, model, folder, key },
    async close() {
      await api.close();
      await Promise.all([security?.close(), champions.close(), connection.close()]);
      await workers.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function registerChampion({ registry, home }: Workers, model: SteelModel): Promise<void> {
  const artifacts = createFolderArtifacts(join(home, 'artifacts'));
  const { version: _, createdAt: __, pipeline, spec, ...rest } = model.version;
  await registry.pipelines.save(spec);
  const onnx = await artifacts.putBytes(model.onnx, { name: 'model.onnx', mediaType: 'application/onnx' });
  const { id: datasetVersion } = await registry.datasets.commit(dataset(pipeline));
  const { version } = await registry.models.register({ ...rest, pipeline, spec, onnx, datasetVersion });
  await registry.models.promote({ pipeline, version, actor: 'ana', reason: 'test' });
}

async function administratorsKey({ registry }: Workers): Promise<string> {
  const credential = newCredential();
  const grants = [{ role: 'admin' as const, pipeline: '*' }];
  const about = { name: 'administrator', grants, createdBy: 'test' };
  await registry.access.keys.create({ id: credential.id, secretHash: hashOf(credential.secret), ...about });
  return formatKey(credential);
}
