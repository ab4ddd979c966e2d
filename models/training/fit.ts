import { RelevoError } from '../../contracts/errors.ts';
import type { Estimator, FitContext, Params } from '../../contracts/estimator.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';
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
  const { steps, features } = fitSteps(neededSteps(estimator.needs), set.train.features);
  const { validation } = set;
  const model = await estimator.fit(
    {
      params,
      train: { features, target: set.train.residual },
      validation: validation && {
        features: applySteps(steps, validation.features),
        target: validation.residual,
      },
      seed: context.seed,
      task: 'regression',
    },
    context,
  );
  return assemble({ ...candidate, features: features.names, steps, model });
}

function parseParams(estimator: Estimator, params: Params): unknown {
  const parsed = estimator.params.safeParse(params);
  if (parsed.success) return parsed.data;
  const [first, ...rest] = parsed.error.issues.map((issue) => ({
    field: `params.${issue.path.join('.')}`,
    value: params[String(issue.path[0])],
    expected: issue.message,
  }));
  throw new RelevoError(
    'PIPELINE_INVALID',
    `The parameters of "${estimator.name}" are wrong: ${first.field}: ${first.expected}`,
    { ...first, issues: rest },
  );
}
