import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { Registry } from '../../registry/index.ts';
import type { NewModelVersion } from '../../registry/types.ts';
import { dataset } from '../records.ts';
import type { SteelModel } from './steel-model.ts';

/** Registers a trained model as a new version of its pipeline, whose spec it saves; gives the version's number. */
export async function registerSteelModel(
  { registry, artifacts }: { registry: Registry; artifacts: ArtifactStore },
  { version: model, onnx: bytes }: Pick<SteelModel, 'version' | 'onnx'>,
  key: string,
  change: Partial<NewModelVersion> = {},
): Promise<string> {
  await registry.pipelines.save(model.spec);
  const onnx = await artifacts.putBytes(bytes, { name: 'model.onnx', mediaType: 'application/onnx' });
  const { version: _, createdAt: __, ...version } = model;
  const { id: datasetVersion } = await registry.datasets.commit(dataset(model.pipeline));
  const runId = `train/${model.pipeline}/${key}`;
  const inputSchemaHash = '0'.repeat(64);
  const whole = { ...version, runId, onnx, datasetVersion, inputSchemaHash, ...change };
  return (await registry.models.register(whole)).version;
}
