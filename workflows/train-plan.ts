import type { CandidatePlan } from '../activities/search.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { TrainOptions } from '../contracts/runs.ts';
import { fail } from './failures.ts';

/** The spec as this run uses it: its own split and seed where the options say so. */
export const specOfRun = (spec: PipelineSpec, { split, seed }: TrainOptions): PipelineSpec => ({
  ...spec,
  split: split ?? spec.split,
  seed: seed ?? spec.seed,
});

/** The candidates that take part; an ensemble fits its members itself, whether they take part or not. @throws ApplicationFailure PIPELINE_INVALID naming one that does not exist. */
export function planCandidates(
  spec: PipelineSpec,
  options: Pick<TrainOptions, 'candidates' | 'trials'>,
): CandidatePlan[] {
  const all = spec.candidates.map(({ name, estimator, params, search, trials, sampler }) => ({
    name: name ?? estimator,
    estimator,
    params,
    search,
    sampler,
    // A candidate that the pipeline does not search is not searched by a number of trials either.
    trials: trials === 0 ? 0 : (options.trials ?? trials),
  }));
  const { candidates: wanted } = options;
  if (!wanted) return all;
  const known = all.map(({ name }) => name).join(', ');
  const unknown = wanted.find((name) => !all.some((candidate) => candidate.name === name));
  if (unknown === undefined) return all.filter(({ name }) => wanted.includes(name));
  throw fail({
    code: 'PIPELINE_INVALID',
    message: `${spec.name} has no candidate "${unknown}", but ${known}`,
    details: { field: 'candidates', value: unknown, expected: known },
  });
}

/** `search xgboost`. */
export const searchStep = (candidate: string): string => `search ${candidate}`;
/** `fit xgboost`. */
export const fitStep = (candidate: string): string => `fit ${candidate}`;

/** Names of the steps of a training run, in order. */
export const stepsOf = (plans: CandidatePlan[]): string[] => [
  'data',
  'split',
  ...fittingSteps(plans),
  ...concludingSteps,
];

/** Names of the steps of fitting candidates. */
export const fittingSteps = (plans: CandidatePlan[]): string[] =>
  plans.flatMap(({ name, trials }) => (trials > 0 ? [searchStep(name), fitStep(name)] : [fitStep(name)]));

/** Names of the steps from fitted candidates to a version that contends. */
export const concludingSteps = ['evaluate', 'export', 'explain', 'register', 'promote'];
