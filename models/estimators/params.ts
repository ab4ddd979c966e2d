import { RelevoError } from '../../contracts/errors.ts';
import type { Estimator, Params } from '../../contracts/estimator.ts';

/** Finds an estimator. @throws RelevoError PIPELINE_INVALID with the names that exist. */
export type EstimatorByName = (name: string) => Estimator;

/**
 * An estimator's parameters, checked and with its defaults.
 * @throws RelevoError PIPELINE_INVALID naming each parameter at fault.
 */
export function parseParams({ name, params }: Estimator, given: Params): unknown {
  const parsed = params.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => {
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')];
    return fields.map((field) => ({
      field: `params.${field}`,
      value: given[field],
      expected: issue.message,
    }));
  });
  const faults = issues.map(({ field, expected }) => `${field}: ${expected}`).join('; ');
  throw new RelevoError('PIPELINE_INVALID', `Wrong parameters of ${name}: ${faults}`, {
    ...issues[0],
    issues: issues.slice(1),
  });
}
