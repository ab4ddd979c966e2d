import { continueCandidate } from '../../models/retraining/continue.ts';
import { type UpdateDeps, type UpdateInput, type UpdateResult, updateChampion } from './updating.ts';

/** `incremental`: the champion goes on over the new rows. */
export const createIncrementalActivities = (deps: UpdateDeps) => ({
  async continueChampion(input: UpdateInput): Promise<UpdateResult> {
    return await updateChampion(deps, input, {
      label: 'incremental',
      change: ({ spec, base, set, context }) => continueCandidate(spec, base, set, context),
    });
  },
});
