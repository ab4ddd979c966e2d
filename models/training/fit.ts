import { RelevoError } from '../../contracts/errors.ts';
import type { Params } from '../../contracts/estimator.ts';
import { candidateName, candidateNamed, type PipelineSpec } from '../../contracts/pipeline.ts';
import {
  assemble,
  type CandidateContext,
  type CandidateToFit,
  type FittedCandidate,
  withHeads,
} from './candidate.ts';
import { fitCompanion } from './companion.ts';
import { fitModel, type Sides } from './model.ts';
import { withSteps } from './steps.ts';
import { taskOf } from './task.ts';

export { loadCandidate, saveCandidate } from './bundle.ts';
export type { CandidateContext, CandidateToFit, FittedCandidate };
export { withHeads, withSteps };

/**
 * The pipeline's candidate of that name, with parameters in place of its own.
 * @throws RelevoError PIPELINE_INVALID where there is none.
 */
export function candidateToFit(spec: PipelineSpec, name: string, params: Params): CandidateToFit {
  const { estimator, steps, weights, members } = candidateOf(spec, name);
  const membersToFit = members?.map((member) => {
    const { estimator, params } = candidateOf(spec, member);
    return { name: member, estimator, params };
  });
  return { estimator, params, steps, weights, members: membersToFit };
}

function candidateOf(spec: PipelineSpec, name: string) {
  const found = candidateNamed(spec, name);
  if (found) return found;
  const names = spec.candidates.map(candidateName).join(', ');
  throw new RelevoError('PIPELINE_INVALID', `The pipeline "${spec.name}" has no candidate "${name}"`, {
    field: 'candidates',
    value: name,
    expected: `one of ${names}`,
  });
}

/**
 * Fits the feature steps, then the estimator, on the residual or the classes of the training rows, and where the
 * interval needs it a companion for its quantiles. The result has no heads yet.
 * @param forCompanion what the companion learns from: a margin belongs to the very quantiles that it was learnt for.
 * @throws RelevoError PIPELINE_INVALID where a parameter, step or constraint is wrong, and what `Estimator.fit` throws.
 */
export async function fitCandidate(
  spec: PipelineSpec,
  candidate: CandidateToFit,
  set: Sides,
  context: CandidateContext,
  forCompanion: Sides = set,
): Promise<FittedCandidate> {
  const task = taskOf(spec);
  const { estimator, params } = candidate;
  const { steps, model } = await fitModel(spec, candidate, task, set, context);
  try {
    const companion = await fitCompanion(spec, candidate, forCompanion, context);
    return assemble({
      estimator,
      params,
      features: set.train.features.names,
      steps,
      model,
      companion,
      heads: {},
      task,
    });
  } catch (error) {
    model.dispose?.();
    throw error;
  }
}
