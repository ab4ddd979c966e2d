import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitSegmented, loadSegmented } from './ensembles/segmented.ts';
import type { EstimatorByName } from './params.ts';

const params = z.strictObject({
  /** The feature that says which member answers; the first where empty. */
  feature: z.string().default(''),
  /** Largest value of each segment but the last, ascending, such as `1 8`; even shares of the rows where empty. */
  bounds: z
    .string()
    .regex(/^$|^-?\d+(\.\d+)?( -?\d+(\.\d+)?)*$/, 'ascending numbers, separated by single spaces')
    .default(''),
});
export type SegmentedParams = z.infer<typeof params>;

/**
 * One member for each range of a feature: the first learns and answers the rows up to the first bound, and so on; a
 * missing value counts as below all. Each stops where its own rows say, which one model of all rows cannot: a
 * forecast of the next quarter of an hour and one of next week differ in what they should learn.
 */
export const segmentedOf = (byName: EstimatorByName): Estimator<SegmentedParams> => ({
  name: 'segmented',
  tasks: ['regression'],
  params,
  searchSpace: {},
  needs: { complete: false, scaled: false },
  fit: (input, context) => fitSegmented(byName, input, context),
  load: (bytes) => loadSegmented(byName, bytes),
});
