import { z } from 'zod';
import type { Estimator, TaskKind } from '../../contracts/estimator.ts';
import { checkTask, refuseConstraints } from './checks.ts';
import { loadExtraTrees } from './trees/extra/bytes.ts';
import { fitExtraTrees } from './trees/extra/fit.ts';

const params = z.strictObject({
  trees: z.number().int().min(1).max(10_000).default(100),
  maxDepth: z.number().int().min(1).max(64).default(20),
  /** Least weight of the rows in a leaf. */
  minChildWeight: z.number().min(0).default(2),
  /** Share of the columns that a node draws a cut for. */
  colsampleByNode: z.number().gt(0).max(1).default(0.6),
});
type ExtraTreesParams = z.infer<typeof params>;
const tasks: readonly TaskKind[] = ['regression', 'classification'];

/**
 * Extremely randomised trees: the mean of trees grown on all rows, each node the best of cuts drawn at random.
 * Leaves answer the mean of the target or the shares of the classes. A missing value goes the way that served the
 * training rows better. Features count in single precision.
 * Reference: Geurts, Ernst and Wehenkel, Extremely randomized trees, Machine Learning 63, 2006.
 */
export const extraTrees: Estimator<ExtraTreesParams> = {
  name: 'extra-trees',
  tasks,
  params,
  searchSpace: {
    maxDepth: { kind: 'integer', low: 6, high: 24 },
    minChildWeight: { kind: 'float', low: 1, high: 20, log: true },
    colsampleByNode: { kind: 'float', low: 0.3, high: 1 },
  },
  needs: { complete: false, scaled: false },
  async fit(input, context) {
    checkTask('extra-trees', tasks, input.task);
    refuseConstraints('extra-trees', input.constraints);
    const { trees, maxDepth, minChildWeight, colsampleByNode } = input.params;
    const columnsByNode = Math.max(1, Math.round(colsampleByNode * input.train.features.names.length));
    return fitExtraTrees(input, context, trees, { maxDepth, minChildWeight, columnsByNode });
  },
  load: loadExtraTrees,
};
