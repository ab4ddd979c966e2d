export { type ExplainRowsOptions, explainRows, type RowsToExplain } from './candidate.ts';
export { type DependenceOptions, pairDependence, partialDependence } from './dependence.ts';
export type { ExplainedModel } from './effects.ts';
export { explainModel } from './global.ts';
export { type KernelShapOptions, kernelShap } from './kernel-shap.ts';
export { type LimeExplanation, type LimeOptions, lime } from './lime.ts';
export type { Predict } from './matrix.ts';
export { type PermutationImportance, permutationImportance } from './permutation.ts';
export { treeInteractions, treeShap } from './tree-shap.ts';
