import { recalibrate } from '../../models/retraining/recalibrate.ts';
import { groupColumn } from './groups.ts';
import { type UpdateDeps, type UpdateInput, type UpdateResult, updateChampion } from './updating.ts';

/**
 * `recalibration`: the champion's model stays, and what turns its numbers into answers is learnt anew. Where a pipeline
 * splits by groups, from the validation rows alone: on groups that a model has learned it errs less than it will.
 */
export const createRecalibrationActivities = (deps: UpdateDeps) => ({
  async recalibrateChampion(input: UpdateInput): Promise<UpdateResult> {
    return await updateChampion(deps, input, {
      label: 'recalibration',
      change: ({ spec, base, set: { train, validation }, context }) => {
        const unknown = groupColumn(spec) === undefined ? train : validation;
        return recalibrate(spec, base, { train: unknown, validation }, context);
      },
    });
  },
});
