import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { runInPool } from '../pool.ts';
import type { PcaResult, PcaTask } from './pca.worker.ts';
import {
  columnsAt,
  type FeatureStep,
  gatherColumns,
  jsonSafe,
  keptAndAdded,
  mapColumns,
  othersThan,
  rearrange,
  sharedColumns,
  stepFault,
} from './step.ts';

type Spec = FeatureStepSpec & { step: 'pca' };

const numbers = z.array(z.number());
export const pcaStateSchema = z.strictObject({
  kept: z.array(z.number().int()),
  at: z.array(z.number().int()),
  means: numbers,
  /** By component, one weight for each column at `at`. */
  weights: z.array(numbers),
  /** Share of the variance that each component explains. */
  explained: numbers,
});
type State = z.infer<typeof pcaStateSchema>;

const worker = new URL('./pca.worker.ts', import.meta.url);

/**
 * Puts principal components `pca1`, `pca2`, … in the place of columns, after those that stay, as scikit-learn's PCA
 * (without whitening). The columns may not lack values.
 */
export const pca: FeatureStep<Spec, State> = {
  async fit({ columns, components }, train) {
    const at = columnsAt('pca', columns, train);
    await demandWhole(train, at);
    if (components > at.length || (components >= 1 && !Number.isInteger(components)))
      throw stepFault(
        'pca',
        components,
        `a share below 1 or a whole number up to ${at.length}`,
        `is to find ${components} components of ${at.length} features`,
      );
    const features = await sharedColumns(train, at);
    const found = await runInPool<PcaTask, PcaResult>(worker, { features, components });
    return {
      state: {
        kept: othersThan(at, train),
        at,
        means: found.means.map(jsonSafe),
        weights: found.weights,
        explained: found.explained,
      },
    };
  },

  async apply({ kept, at, means, weights }, features) {
    const added = weights.map((_, component) => `pca${component + 1}`);
    return await rearrange(features, kept, added, (_, from, to, out) => {
      for (let component = 0; component < weights.length; component++) {
        let sum = 0;
        for (let i = 0; i < at.length; i++)
          sum += (features.data[from + at[i]] - means[i]) * weights[component][i];
        out[to + component] = sum;
      }
    });
  },

  addToGraph({ kept, at, means, weights }, graph, features) {
    const [width, count] = [at.length, weights.length];
    const centered = graph.node('Sub', [
      gatherColumns(graph, features, at),
      graph.constant('double', means, [1, width]),
    ])[0];
    const transposed = at.flatMap((_, i) => weights.map((component) => component[i]));
    const projection = graph.constant('double', transposed, [width, count]);
    return keptAndAdded(graph, features, kept, graph.node('MatMul', [centered, projection]));
  },
};

async function demandWhole(train: Matrix, at: number[]): Promise<void> {
  const present = await mapColumns(train, at, ({ length }) => length);
  const holed = present.findIndex((count) => count < train.rows);
  if (holed < 0) return;
  const name = train.names[at[holed]];
  throw stepFault('pca', name, 'an impute step before it', `finds "${name}" missing in some rows`);
}
