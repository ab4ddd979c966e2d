import { adoptedEstimator } from '../../contracts/adoption.ts';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { Params } from '../../contracts/estimator.ts';
import { candidateName, candidateNamed, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimator as estimatorByName, parseParams } from '../../models/estimators/index.ts';
import { type FittedCandidate, loadCandidate } from '../../models/training/fit.ts';
import type { ModelRegistry, ModelVersion } from '../../registry/types.ts';
import { inputSchemaHashOf } from '../fingerprints.ts';
import { canonicalJson } from '../json.ts';
import type { CandidatePlan } from '../search.ts';

/** @throws RelevoError CHAMPION_MISSING */
export async function demandChampion(
  models: Pick<ModelRegistry, 'champion'>,
  pipeline: string,
): Promise<ModelVersion> {
  const champion = await models.champion(pipeline);
  if (champion) return champion;
  throw new RelevoError('CHAMPION_MISSING', `${pipeline} has no champion to renew`, {
    field: 'pipeline',
    value: pipeline,
    remedy: `Train one first: "relevo train ${pipeline}".`,
  });
}

/**
 * How the champion's candidate is fitted anew: its parameters where they still are the candidate's kind of, with as
 * many steps as the pipeline allows, since other rows want another number of them.
 */
export function planOf(
  spec: PipelineSpec,
  champion: Pick<ModelVersion, 'candidate' | 'estimator' | 'params'>,
): { plan: CandidatePlan; canContinue: boolean } {
  const candidate =
    candidateNamed(spec, champion.candidate) ??
    spec.candidates.find((one) => one.estimator === champion.estimator) ??
    spec.candidates[0];
  const { estimator, params: own, sampler } = candidate;
  const kind = estimatorByName(estimator);
  const params = takes(estimator, champion.params) ? { ...champion.params } : { ...own };
  if (kind.stepsParam !== undefined) {
    delete params[kind.stepsParam];
    if (own[kind.stepsParam] !== undefined) params[kind.stepsParam] = own[kind.stepsParam];
  }
  return {
    plan: { name: candidateName(candidate), estimator, params, trials: 0, sampler },
    canContinue: estimatorByName(champion.estimator).update !== undefined,
  };
}

function takes(estimator: string, params: Params): boolean {
  try {
    parseParams(estimatorByName(estimator), params);
    return true;
  } catch {
    return false;
  }
}

/** What numbers a model sees and answers in. */
const viewOf = ({ columns, inputs, target, features, base, forecast, task }: PipelineSpec): string =>
  canonicalJson({
    ...{ inputs, target, base, forecast, task },
    features: Object.entries(features),
    kinds: inputs.map((name) => columns[name]?.kind),
  });

/**
 * A version to go on from, opened for as long as `use` takes.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where the pipeline shows its models something else by now.
 */
export async function withBase<T>(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  base: ModelVersion,
  use: (fitted: FittedCandidate) => Promise<T>,
): Promise<T> {
  if (inputSchemaHashOf(spec) !== base.inputSchemaHash || viewOf(spec) !== viewOf(base.spec))
    throw new RelevoError(
      'RETRAIN_IMPOSSIBLE',
      `${spec.name} has other features than ${base.version} was made for: only a model trained anew can serve`,
      { field: 'features', value: base.version },
    );
  if (base.estimator === adoptedEstimator)
    throw new RelevoError(
      'RETRAIN_IMPOSSIBLE',
      `${base.version} was not trained here: only a model trained anew can take its place`,
      { field: 'estimator', value: base.version },
    );
  const fitted = await loadCandidate(await artifacts.readBytes(base.native));
  try {
    return await use(fitted);
  } finally {
    fitted.dispose();
  }
}
