import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitVoting, loadVoting } from './ensembles/voting.ts';
import type { EstimatorByName } from './params.ts';

const params = z.strictObject({
  /** How much each member counts, in their order, such as `2 1 0.5`; all the same where empty. */
  weights: z
    .string()
    .regex(/^$|^\d+(\.\d+)?( \d+(\.\d+)?)*$/, 'one number for each member, separated by single spaces')
    .default(''),
});
type VotingParams = z.infer<typeof params>;

/**
 * The weighted mean of the predictions of its members, each fitted on all rows: of probabilities, a soft vote.
 * Constraints hold because they hold for each member.
 */
export const votingOf = (byName: EstimatorByName): Estimator<VotingParams> => ({
  name: 'voting',
  tasks: ['regression', 'quantile', 'classification'],
  params,
  searchSpace: {},
  needs: { complete: false, scaled: false },
  fit: (input, context) => fitVoting(byName, input, context),
  load: (bytes) => loadVoting(byName, bytes),
});
