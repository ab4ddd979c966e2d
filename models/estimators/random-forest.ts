import { z } from 'zod';
import type { Estimator, TaskKind } from '../../contracts/estimator.ts';
import { checkTask, fault } from './checks.ts';
import { fitTrees, type GrowthPlan, updateTrees } from './trees/fit.ts';
import { loadTrees } from './trees/model.ts';

const params = z.strictObject({
  trees: z.number().int().min(1).max(10_000).default(100),
  maxDepth: z.number().int().min(1).max(20).default(16),
  /** Least weight of the rows in a leaf. */
  minChildWeight: z.number().min(0).default(2),
  /** Share of the rows that a tree sees, drawn without replacement: 0.632 is the share of a bootstrap sample. */
  subsample: z.number().gt(0).lt(1).default(0.632),
  /** Share of the columns that a split may choose from. */
  colsampleByNode: z.number().gt(0).max(1).default(0.6),
  /** Histogram bins per column: deep trees spend their time on them, and averaging makes up for coarse ones. */
  maxBins: z.number().int().min(2).max(65_535).default(64),
});
type RandomForestParams = z.infer<typeof params>;
const tasks: readonly TaskKind[] = ['regression', 'classification'];

const planOf = (params: RandomForestParams): GrowthPlan => ({
  kind: 'forest',
  rounds: params.trees,
  sampled: true,
  params: {
    eta: 1 / params.trees,
    max_depth: params.maxDepth,
    min_child_weight: params.minChildWeight,
    subsample: params.subsample,
    colsample_bynode: params.colsampleByNode,
    lambda: 0,
    max_bin: params.maxBins,
  },
});

/**
 * A random forest by libxgboost: the mean of trees that each learn the target from rows and columns of
 * their own, without shrinkage. It is the library's forest mode (`num_parallel_tree`, one round, learning
 * rate 1) grown tree by tree from the gradients of the first, so that it can report, stop and resume.
 * Of more than two classes each has trees of its own, which learn its share by squared error (the Gini index of
 * one against the rest).
 * Reference: Breiman, Random Forests, Machine Learning 45, 2001.
 */
export const randomForest: Estimator<RandomForestParams> = {
  name: 'random-forest',
  tasks,
  params,
  searchSpace: {
    maxDepth: { kind: 'integer', low: 6, high: 18 },
    minChildWeight: { kind: 'float', low: 1, high: 20, log: true },
    subsample: { kind: 'float', low: 0.4, high: 0.9 },
    colsampleByNode: { kind: 'float', low: 0.3, high: 1 },
  },
  needs: { complete: false, scaled: false },
  async fit(input, context) {
    checkTask('random-forest', tasks, input.task);
    return fitTrees(input, context, planOf(input.params));
  },
  load: loadTrees,
  async update(bytes, mode, input, context) {
    checkTask('random-forest', tasks, input.task);
    if (mode === 'continue')
      throw fault('mode', mode, '"refresh": more trees would not be the mean of all rows\' trees');
    return updateTrees(bytes, mode, input, context, planOf(input.params));
  },
};
