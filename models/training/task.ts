import type { Task } from '../../contracts/estimator.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';

/** What a pipeline's estimators learn. */
export const taskOf = (spec: PipelineSpec): Task =>
  spec.task === 'regression'
    ? { kind: 'regression' }
    : { kind: 'classification', classes: classesOf(spec).length, ordered: spec.ordered };
