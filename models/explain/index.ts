export { pairDependence, partialDependence } from './dependence.ts';
export { kernelShap } from './kernel-shap.ts';
export { lime } from './lime.ts';
export { permutationImportance } from './permutation.ts';
export { treeInteractions, treeShap } from './tree-shap.ts';
