import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { registryChampions } from '../../api/serving/champions/source.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry } from '../../registry/index.ts';
import { startWorkers, type Workers } from '../stack.ts';
import { makeKey, startSecurity } from './access.ts';
import { startApi, type TestApi } from './api.ts';
import { registerSteelModel } from './registered-model.ts';
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
  const version = await registerSteelModel({ registry, artifacts }, model, 'first');
  await registry.models.promote({ pipeline: model.version.pipeline, version, actor: 'ana', reason: 'test' });
  const key = auth ? await makeKey(registry, ['admin']) : undefined;
  const security = auth ? await startSecurity({ url: databaseUrl, registry }) : undefined;
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
