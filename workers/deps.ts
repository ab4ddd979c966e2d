import { join } from 'node:path';
import { createContestActivities } from '../activities/contest.ts';
import { createDatasetActivities } from '../activities/dataset.ts';
import { createEvaluationActivities } from '../activities/evaluation.ts';
import { withTypedFailures } from '../activities/failure.ts';
import { createIngestActivities } from '../activities/ingest.ts';
import { createPromotionActivities } from '../activities/promotion.ts';
import { createRegistrationActivities } from '../activities/registration.ts';
import { createRunActivities } from '../activities/runs.ts';
import { sweepScratch } from '../activities/scratch.ts';
import { createSearchActivities } from '../activities/search.ts';
import { createSplitActivities } from '../activities/splitting.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { createTrainingSets } from '../activities/training-set.ts';
import { createTrialActivities } from '../activities/trial.ts';
import type { Environment } from '../contracts/env.ts';
import { RelevoError } from '../contracts/errors.ts';
import { validateBatch } from '../data/ingest/validate.ts';
import { profileDataset } from '../data/profile.ts';
import { chooseSource, sources } from '../data/sources/index.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { createFolderCheckpoints } from '../registry/checkpoints/folder.ts';
import { manifestId, openRegistry, type Registry } from '../registry/index.ts';
import { createProvenance } from './provenance.ts';

/** What both workers stand on. This file is the one place where the parts are put together. */
export interface Ground {
  env: Environment;
  registry: Registry;
  artifacts: ReturnType<typeof createFolderArtifacts>;
}

/** Connections of one worker: activities of the control worker are short, those of the compute worker few. */
const poolSize = 4;

/** @throws RelevoError ENVIRONMENT_INVALID without DATABASE_URL. */
export function openGround(env: Environment): Ground {
  if (!env.DATABASE_URL) {
    throw new RelevoError('ENVIRONMENT_INVALID', 'DATABASE_URL is not set', {
      field: 'DATABASE_URL',
      expected: 'postgresql://user:password@host:port/database',
      remedy: 'Start with "relevo up", which runs a database of its own, or set DATABASE_URL.',
    });
  }
  return {
    env,
    registry: openRegistry(env.DATABASE_URL, { poolSize }),
    artifacts: createFolderArtifacts(join(env.RELEVO_HOME, 'artifacts')),
  };
}

/** Registry reads and writes. */
export const controlActivities = ({ env, registry, artifacts }: Ground) =>
  withTypedFailures({
    ...createRunActivities({ registry, artifacts }),
    ...createDatasetActivities({ registry, artifacts, manifestId }),
    ...createSearchActivities({ registry, artifacts, threads: env.RELEVO_THREADS }),
    ...createRegistrationActivities({ registry, artifacts }),
    ...createPromotionActivities({ registry }),
  });

/** Data and training. */
export async function computeActivities({ env, registry, artifacts }: Ground) {
  const scratchDir = join(env.RELEVO_HOME, 'work');
  await sweepScratch(scratchDir);
  const trainingSets = createTrainingSets({ registry, artifacts });
  const workbench = {
    threads: env.RELEVO_THREADS,
    checkpoints: createFolderCheckpoints(join(env.RELEVO_HOME, 'checkpoints')),
  };
  return withTypedFailures({
    ...createIngestActivities({
      registry,
      artifacts,
      sources,
      chooseSource: (spec, wanted) => chooseSource(spec, wanted, { RELEVO_DATA: env.RELEVO_DATA }),
      validateBatch,
      profileDataset,
      dataDir: env.RELEVO_DATA,
      scratchDir,
    }),
    ...createSplitActivities({ registry, artifacts }),
    ...createTrialActivities({ registry, trainingSets, workbench }),
    ...createTrainingActivities({
      artifacts,
      trainingSets,
      workbench,
      provenance: createProvenance(env.RELEVO_THREADS, env.XGBOOST_LIB),
    }),
    ...createEvaluationActivities({ artifacts, trainingSets, scratchDir }),
    ...createContestActivities({ registry, artifacts, trainingSets }),
  });
}
