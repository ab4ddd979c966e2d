import type { FitContext, Params } from '../../contracts/estimator.ts';
import { estimator as estimatorByName, parseParams } from '../estimators/index.ts';
import { applySteps, fitSteps, neededSteps } from '../features/index.ts';
import { assemble, type FittedCandidate } from './candidate.ts';
import type { PreparedRows } from './prepare.ts';

export { loadCandidate, saveCandidate } from './bundle.ts';
export type { FittedCandidate };

/**
 * Fits the feature steps that the estimator needs, then the estimator, on the residual of the training rows.
 * @throws RelevoError PIPELINE_INVALID where a parameter is wrong, and what `Estimator.fit` throws.
 */
export async function fitCandidate(
  candidate: { estimator: string; params: Params },
  set: { train: PreparedRows; validation?: PreparedRows },
  context: FitContext & { seed: number },
): Promise<FittedCandidate> {
  const estimator = estimatorByName(candidate.estimator);
  const params = parseParams(estimator, candidate.params);
  const { steps, features } = await fitSteps(neededSteps(estimator.needs), set.train.features);
  const { validation } = set;
  const model = await estimator.fit(
    {
      params,
      train: { features, target: set.train.residual },
      validation: validation && {
        features: await applySteps(steps, validation.features),
        target: validation.residual,
      },
      seed: context.seed,
      task: 'regression',
    },
    context,
  );
  return assemble({ ...candidate, features: features.names, steps, model });
}
