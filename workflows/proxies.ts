import { type ActivityFunctionWithOptions, proxyActivities } from '@temporalio/workflow';
import type { createAdoptionActivities } from '../activities/adoption/adopt.ts';
import type { createAlertActivities } from '../activities/alerting.ts';
import type { createBatchActivities } from '../activities/batches/index.ts';
import type { createLookActivities } from '../activities/contest/looking.ts';
import type { createContestMoveActivities } from '../activities/contest/moving.ts';
import type { createSetupActivities } from '../activities/contest/setup.ts';
import type { createContestActivities } from '../activities/contest.ts';
import type { createDatasetActivities } from '../activities/dataset.ts';
import type { createEvaluationActivities } from '../activities/evaluation.ts';
import type { createExplanationActivities } from '../activities/explanation.ts';
import type { createIngestActivities } from '../activities/ingest.ts';
import type { createMonitoringActivities } from '../activities/monitoring/check.ts';
import type { createPromotionActivities } from '../activities/promotion.ts';
import type { createRegistrationActivities } from '../activities/registration.ts';
import type { createReportActivities } from '../activities/reporting.ts';
import type { createBreakerActivities } from '../activities/retraining/breaking.ts';
import type { createChoosingActivities } from '../activities/retraining/choosing.ts';
import type { createRetrainActivities } from '../activities/retraining/index.ts';
import type { createRunActivities } from '../activities/runs.ts';
import type { createSearchActivities } from '../activities/search.ts';
import type { createSplitActivities } from '../activities/splitting.ts';
import type { createTrainingActivities } from '../activities/training.ts';
import type { createTrialActivities } from '../activities/trial.ts';
import { activityProfiles } from '../temporal.config.ts';

type LightActivities = ReturnType<typeof createRunActivities> &
  ReturnType<typeof createAlertActivities> &
  ReturnType<typeof createBreakerActivities> &
  ReturnType<typeof createChoosingActivities> &
  ReturnType<typeof createDatasetActivities> &
  ReturnType<typeof createSearchActivities> &
  ReturnType<typeof createRegistrationActivities> &
  ReturnType<typeof createLookActivities> &
  ReturnType<typeof createPromotionActivities>;
type ComputeActivities = ReturnType<typeof createAdoptionActivities> &
  ReturnType<typeof createReportActivities> &
  ReturnType<typeof createBatchActivities> &
  ReturnType<typeof createMonitoringActivities> &
  ReturnType<typeof createRetrainActivities> &
  ReturnType<typeof createExplanationActivities> &
  ReturnType<typeof createIngestActivities> &
  ReturnType<typeof createSplitActivities> &
  ReturnType<typeof createTrialActivities> &
  ReturnType<typeof createTrainingActivities> &
  ReturnType<typeof createEvaluationActivities> &
  ReturnType<typeof createSetupActivities> &
  ReturnType<typeof createContestActivities>;

/** Steps of the control worker: registry reads and writes. */
export const light = proxyActivities<LightActivities>(activityProfiles.light);
/** What must happen before a run may end: tried until the database is there. */
export const steadfast = proxyActivities<ReturnType<typeof createContestMoveActivities>>(
  activityProfiles.steadfast,
);
/** Steps of the compute worker: minutes to hours, alive by heartbeat. */
export const compute = proxyActivities<ComputeActivities>(activityProfiles.compute);

/** Calls an activity with the line that the Temporal UI shows for it. */
export const summed = <I, O>(
  activity: ActivityFunctionWithOptions<(input: I) => Promise<O>>,
  summary: string,
  input: I,
): Promise<O> => activity.executeWithOptions({ summary }, [input]) as Promise<O>;
