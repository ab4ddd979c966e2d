import { join } from 'node:path';
import { createAdoptionActivities } from '../../activities/adoption/adopt.ts';
import { createBatchActivities } from '../../activities/batches/index.ts';
import { createSetupActivities } from '../../activities/contest/setup.ts';
import { createContestActivities } from '../../activities/contest.ts';
import { createEvaluationActivities } from '../../activities/evaluation.ts';
import { createExplanationActivities } from '../../activities/explanation.ts';
import { withTypedFailures } from '../../activities/failure.ts';
import { createIngestActivities } from '../../activities/ingest.ts';
import { createMonitoringActivities } from '../../activities/monitoring/check.ts';
import { createReportActivities } from '../../activities/reporting.ts';
import { createRetrainActivities } from '../../activities/retraining/index.ts';
import { sweepScratch } from '../../activities/scratch.ts';
import { createSplitActivities } from '../../activities/splitting.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { createTrainingSets } from '../../activities/training-set.ts';
import { createTrialActivities } from '../../activities/trial.ts';
import { objectStoreOf, trialThreads, watchRoot } from '../../contracts/env.ts';
import { validateBatch } from '../../data/ingest/validate.ts';
import { profileDataset } from '../../data/profile.ts';
import { chooseSource, sources } from '../../data/sources/index.ts';
import { hooks } from '../../pipelines/hooks/index.ts';
import { createFolderCheckpoints } from '../../registry/checkpoints/folder.ts';
import { createProvenance } from '../provenance.ts';
import type { Ground } from './ground.ts';

/** Data and training. */
export async function computeActivities({ env, registry, artifacts }: Ground) {
  const scratchDir = join(env.RELEVO_HOME, 'work');
  await sweepScratch(scratchDir);
  const trainingSets = createTrainingSets({ registry, artifacts });
  const contest = createContestActivities({ registry, artifacts, trainingSets });
  const workbench = {
    threads: env.RELEVO_THREADS,
    checkpoints: createFolderCheckpoints(join(env.RELEVO_HOME, 'checkpoints')),
  };
  const provenance = createProvenance(env.RELEVO_THREADS);
  return withTypedFailures({
    ...createIngestActivities({
      registry,
      artifacts,
      sources,
      chooseSource: (spec, wanted) => chooseSource(spec, wanted, env),
      validateBatch,
      profileDataset,
      dataDir: env.RELEVO_DATA,
      allowedNetworks: env.RELEVO_ALLOWED_NETWORKS,
      watchDir: watchRoot(env),
      objectStore: objectStoreOf(env),
      scratchDir,
    }),
    ...createSplitActivities({ registry, artifacts }),
    ...createTrialActivities({
      registry,
      trainingSets,
      workbench: { ...workbench, threads: trialThreads(env) },
    }),
    ...createTrainingActivities({ artifacts, trainingSets, workbench, provenance, hooks }),
    ...createRetrainActivities({ registry, artifacts, trainingSets, workbench, provenance }),
    ...createEvaluationActivities({ artifacts, trainingSets, scratchDir }),
    ...createAdoptionActivities({ registry, artifacts, trainingSets }),
    ...createExplanationActivities({ registry, artifacts, trainingSets }),
    ...createMonitoringActivities({ registry, artifacts }),
    ...createReportActivities({ registry, artifacts, scratchDir }),
    ...createBatchActivities({ registry, artifacts, scratchDir }),
    ...contest,
    ...createSetupActivities({ registry, artifacts, trainingSets }, contest.decidePromotion),
  });
}
