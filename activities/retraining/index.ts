import type { AnewDeps } from './anew.ts';
import { createArchiveActivities } from './archive.ts';
import { createIncrementalActivities } from './incremental.ts';
import { createRecalibrationActivities } from './recalibration.ts';
import { createReplayActivities } from './replay.ts';
import { createRetrainRowActivities } from './rows.ts';
import { createStackingActivities } from './stacking.ts';
import type { UpdateDeps } from './updating.ts';
import { createWindowActivities } from './window.ts';

type Deps = AnewDeps &
  UpdateDeps &
  Parameters<typeof createRetrainRowActivities>[0] &
  Parameters<typeof createArchiveActivities>[0];

/** Steps of a retrain on the compute worker. `full` has none of its own: it is a training. */
export const createRetrainActivities = (deps: Deps) => ({
  ...createRetrainRowActivities(deps),
  ...createArchiveActivities(deps),
  ...createWindowActivities(deps),
  ...createReplayActivities(deps),
  ...createIncrementalActivities(deps),
  ...createStackingActivities(deps),
  ...createRecalibrationActivities(deps),
});
