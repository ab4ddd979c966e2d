import { createAlertActivities } from '../../activities/alerting.ts';
import { createLookActivities } from '../../activities/contest/looking.ts';
import { createContestMoveActivities } from '../../activities/contest/moving.ts';
import { createDatasetActivities } from '../../activities/dataset.ts';
import { withTypedFailures } from '../../activities/failure.ts';
import { createPromotionActivities } from '../../activities/promotion.ts';
import { createRegistrationActivities } from '../../activities/registration.ts';
import { createBreakerActivities } from '../../activities/retraining/breaking.ts';
import { createChoosingActivities } from '../../activities/retraining/choosing.ts';
import { createRunActivities } from '../../activities/runs.ts';
import { createSearchActivities } from '../../activities/search.ts';
import { trialThreads } from '../../contracts/env.ts';
import { hooks } from '../../pipelines/hooks/index.ts';
import { manifestId } from '../../registry/index.ts';
import type { Ground } from './ground.ts';

/** Registry reads and writes. Nothing native is loaded for them. */
export const controlActivities = ({ env, registry, artifacts }: Ground) =>
  withTypedFailures({
    ...createRunActivities({ registry, artifacts }),
    ...createAlertActivities({ registry, artifacts }),
    ...createDatasetActivities({ registry, artifacts, manifestId }),
    ...createSearchActivities({ registry, artifacts, threads: trialThreads(env) }),
    ...createRegistrationActivities({ registry, artifacts }),
    ...createPromotionActivities({ registry }),
    ...createBreakerActivities({ registry }),
    ...createChoosingActivities({ registry, artifacts, hooks }),
    ...createLookActivities({ registry, artifacts }),
    ...createContestMoveActivities({ registry }),
  });
