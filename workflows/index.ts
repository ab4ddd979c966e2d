/** Every workflow of Relevo: this file is what the bundle is made of. */
export { batchWorkflow } from './batch.ts';
export { contestWorkflow } from './contest.ts';
export { ingestWorkflow } from './ingest.ts';
export { monitorWorkflow } from './monitor.ts';
export { promoteWorkflow, rollbackWorkflow } from './promotion.ts';
export { adoptWorkflow, compareWorkflow, explainWorkflow } from './questions.ts';
export { retrainWorkflow } from './retrain.ts';
export { searchWorkflow } from './search.ts';
export { trainWorkflow } from './train.ts';
export { watchWorkflow } from './watch.ts';
