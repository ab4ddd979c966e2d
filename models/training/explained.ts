import { correctTrees } from '../correction/index.ts';
import type { ExplainedModel } from '../explain/effects.ts';
import type { FittedCandidate } from './candidate.ts';

/** A candidate as explanations take it: its trees, where it has any, say what its corrected predictions say. */
export function explained(fitted: FittedCandidate): ExplainedModel {
  const { correction } = fitted.heads;
  const trees = fitted.model.trees?.();
  if (correction === undefined || trees === undefined) return fitted;
  return { ...fitted, model: { trees: () => correctTrees(correction, trees) } };
}
