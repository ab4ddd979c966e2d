import { type ActivityFunctionWithOptions, proxyActivities } from '@temporalio/workflow';
import type { createContestActivities } from '../activities/contest.ts';
import type { createDatasetActivities } from '../activities/dataset.ts';
import type { createEvaluationActivities } from '../activities/evaluation.ts';
import type { createExplanationActivities } from '../activities/explanation.ts';
import type { createIngestActivities } from '../activities/ingest.ts';
import type { createPromotionActivities } from '../activities/promotion.ts';
import type { createRegistrationActivities } from '../activities/registration.ts';
import type { createReportActivities } from '../activities/reporting.ts';
import type { createRunActivities } from '../activities/runs.ts';
import type { createSearchActivities } from '../activities/search.ts';
import type { createSplitActivities } from '../activities/splitting.ts';
import type { createTrainingActivities } from '../activities/training.ts';
import type { createTrialActivities } from '../activities/trial.ts';
import { activityProfiles } from '../temporal.config.ts';

type LightActivities = ReturnType<typeof createRunActivities> &
  ReturnType<typeof createDatasetActivities> &
  ReturnType<typeof createSearchActivities> &
  ReturnType<typeof createRegistrationActivities> &
  ReturnType<typeof createPromotionActivities>;
type ComputeActivities = ReturnType<typeof createReportActivities> &
  ReturnType<typeof createExplanationActivities> &
  ReturnType<typeof createIngestActivities> &
  ReturnType<typeof createSplitActivities> &
  ReturnType<typeof createTrialActivities> &
  ReturnType<typeof createTrainingActivities> &
  ReturnType<typeof createEvaluationActivities> &
  ReturnType<typeof createContestActivities>;

/** Steps of the control worker: registry reads and writes. */
export const light = proxyActivities<LightActivities>(activityProfiles.light);
/** Steps of the compute worker: minutes to hours, alive by heartbeat. */
export const compute = proxyActivities<ComputeActivities>(activityProfiles.compute);

/** Calls an activity with the line that the Temporal UI shows for it. */
export const summed = <I, O>(
  activity: ActivityFunctionWithOptions<(input: I) => Promise<O>>,
  summary: string,
  input: I,
): Promise<O> => activity.executeWithOptions({ summary }, [input]) as Promise<O>;
