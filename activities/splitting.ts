import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { readFrame } from '../data/datasets.ts';
import { makeSplit } from '../models/evaluation/split.ts';
import type { DatasetRegistry } from '../registry/types.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
import { localPaths } from './parts.ts';
import { loadSpec } from './specs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { datasets: Pick<DatasetRegistry, 'get'> };
}

export interface SplitResult {
  split: ArtifactRef;
  rows: { train: number; validation: number; test: number };
}

/** Says which rows are learned from and which are judged on, as lists of row ids that anyone can rebuild. */
export const createSplitActivities = ({ artifacts, registry }: Deps) => ({
  async splitDataset(input: { spec: ArtifactRef; datasetVersion: string }): Promise<SplitResult> {
    const spec = await loadSpec(artifacts, input.spec);
    const { manifest } = await registry.datasets.get(input.datasetVersion);
    const paths = await localPaths(artifacts, manifest.parts);
    return await withHeartbeat('split', async () => {
      const columns = 'by' in spec.split ? [spec.split.by] : [spec.target];
      const split = await makeSplit(spec.split, spec.seed, await readFrame(paths, spec, { columns }));
      const rows = {
        train: split.train.length,
        validation: split.validation.length,
        test: split.test.length,
      };
      return { split: await putJson(artifacts, 'split.json', split), rows };
    });
  },
});
