import { RelevoError } from '../../contracts/errors.ts';
import type { Constraints } from '../../contracts/estimator.ts';
import type { FeatureStepState } from '../features/index.ts';

/**
 * The pipeline's constraints on the features that the estimator sees. One on a feature that selection has dropped
 * falls away with it; one on a feature that a step has put something else in the place of cannot be kept.
 * @throws RelevoError PIPELINE_INVALID naming the feature.
 */
export function constraintsOn(
  constraints: Constraints | undefined,
  steps: FeatureStepState[],
  names: string[],
): Constraints | undefined {
  if (constraints === undefined) return undefined;
  const dropped = new Set(
    steps.flatMap((step) => (step.step === 'select' ? step.state.reasons.map(({ name }) => name) : [])),
  );
  const isThere = (field: string) => (name: string) => {
    if (names.includes(name)) return true;
    if (dropped.has(name)) return false;
    throw new RelevoError(
      'PIPELINE_INVALID',
      `The estimator does not see the feature "${name}" that "${field}" constrains`,
      { field, value: name, expected: `one of ${names.join(', ')}` },
    );
  };
  const { monotone, interactions } = constraints;
  const monotoneHere = Object.entries(monotone ?? {}).filter(([name]) =>
    isThere('constraints.monotone')(name),
  );
  const groups = interactions
    ?.map((group) => group.filter(isThere('constraints.interactions')))
    .filter((group) => group.length > 0);
  return {
    ...(monotoneHere.length > 0 ? { monotone: Object.fromEntries(monotoneHere) } : {}),
    ...(groups === undefined ? {} : { interactions: groups }),
  };
}
