import type { Params } from '../../contracts/estimator.ts';
import { estimator as estimatorByName } from '../estimators/index.ts';

/** The parameters for a fit without validation rows, which could not stop early. */
export function withSteps(name: string, params: Params, steps: number | undefined): Params {
  const { stepsParam } = estimatorByName(name);
  return stepsParam && steps !== undefined ? { ...params, [stepsParam]: steps } : params;
}
