import { stackOn } from '../../models/retraining/stack.ts';
import { planOf } from './champion.ts';
import { type UpdateDeps, type UpdateInput, type UpdateResult, updateChampion } from './updating.ts';

/** `stacking`: a corrector over the champion. A corrected champion's corrector is learnt anew, and not one over it. */
export const createStackingActivities = (deps: UpdateDeps) => ({
  async stackOnChampion(input: UpdateInput): Promise<UpdateResult> {
    return await updateChampion(deps, input, {
      label: 'stacking',
      baseOf: ({ environment }) => (environment.retrain === 'stacking' ? environment.updates : undefined),
      change: ({ spec, base, champion, set, context }) => {
        const { estimator, params } = planOf(spec, champion).plan;
        const isEnsemble = spec.candidates.some((one) => one.estimator === estimator && one.members);
        const newcomer = isEnsemble ? { estimator: 'xgboost', params: {} } : { estimator, params };
        return stackOn(spec, base, newcomer, set, context);
      },
    });
  },
});
