import { recalibrate } from '../../models/retraining/recalibrate.ts';
import { type UpdateDeps, type UpdateInput, type UpdateResult, updateChampion } from './updating.ts';

/** `recalibration`: the champion's model stays, and what turns its numbers into answers is learnt anew. */
export const createRecalibrationActivities = (deps: UpdateDeps) => ({
  async recalibrateChampion(input: UpdateInput): Promise<UpdateResult> {
    return await updateChampion(deps, input, {
      label: 'recalibration',
      change: ({ spec, base, set, context }) => recalibrate(spec, base, set, context),
    });
  },
});
