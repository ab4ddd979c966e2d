import { createDatasetActivities } from '../../activities/dataset.ts';
import { withTypedFailures } from '../../activities/failure.ts';
import { createPromotionActivities } from '../../activities/promotion.ts';
import { createRegistrationActivities } from '../../activities/registration.ts';
import { createRunActivities } from '../../activities/runs.ts';
import { createSearchActivities } from '../../activities/search.ts';
import { manifestId } from '../../registry/index.ts';
import type { Ground } from './ground.ts';

/** Registry reads and writes. Nothing native is loaded for them. */
export const controlActivities = ({ env, registry, artifacts }: Ground) =>
  withTypedFailures({
    ...createRunActivities({ registry, artifacts }),
    ...createDatasetActivities({ registry, artifacts, manifestId }),
    ...createSearchActivities({ registry, artifacts, threads: env.RELEVO_THREADS }),
    ...createRegistrationActivities({ registry, artifacts }),
    ...createPromotionActivities({ registry }),
  });
