import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { ContestCounts, ContestPolicy } from '../../contracts/contest.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { SequentialResult } from '../../models/evaluation/sequential.ts';
import type { SequentialTask } from '../../models/evaluation/sequential.worker.ts';
import { runInPool } from '../../models/pool.ts';
import type { ModelRegistry, PredictionRegistry } from '../../registry/types.ts';
import { putJson, readJson } from '../json.ts';
import { type ContestSetup, pairedRows } from './pairs.ts';
import { type Ruling, rule } from './rules.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: {
    models: Pick<ModelRegistry, 'aliases'>;
    predictions: Pick<PredictionRegistry, 'evidence'>;
  };
}

export interface LookInput {
  pipeline: string;
  challenger: string;
  /** In a watch the former champion, whose answers are still recorded. */
  champion: string;
  setup: ArtifactRef;
  policy: ContestPolicy;
  stage: 'shadow' | 'canary' | 'watch';
  isLast: boolean;
  since: string;
  before: ContestCounts;
  hoursLeft: number;
  hoursPassed: number;
}
export interface Look extends Ruling {
  counts: ContestCounts;
  /** In the loss's unit; absent before the first outcome. */
  difference?: { value: number; low: number; high: number };
  /** Which version is champion now. */
  championNow?: string;
  /** JSON of all that was looked at, where something was decided. */
  evidence?: ArtifactRef;
}

const sequentialWorker = new URL('../../models/evaluation/sequential.worker.ts', import.meta.url);

/** Looks at what requests and outcomes say about a challenger. */
export const createLookActivities = ({ artifacts, registry }: Deps) => ({
  async lookAtContest(input: LookInput): Promise<Look> {
    const { pipeline, challenger, champion, since, policy } = input;
    const setup = (await readJson(artifacts, input.setup)) as ContestSetup;
    const [seen, { champion: championNow }] = await Promise.all([
      registry.predictions.evidence(pipeline, { challenger, champion, since }),
      registry.models.aliases(pipeline),
    ]);
    const { differences, mean } = pairedRows(setup, seen.pairs);
    const test = await runInPool<SequentialTask, SequentialResult>(sequentialWorker, {
      differences,
      level: policy.canary.level,
    });
    const counts = {
      requests: seen.answered,
      answered: seen.answeredByChallenger,
      outcomes: differences.length,
    };
    const { stage, isLast, hoursLeft, hoursPassed, before } = input;
    const standing = { stage, isLast, hoursLeft, hoursPassed, before, now: counts, test };
    const ruling = rule({ ...standing, meanDifference: mean }, policy);
    const difference = {
      value: test.mean * setup.scale,
      low: test.low * setup.scale,
      high: test.high * setup.scale,
    };
    const evidence =
      ruling.decision === 'wait'
        ? undefined
        : await putJson(artifacts, 'contest-evidence.json', {
            ...{ pipeline, setup, policy, since, standing, ruling, difference },
            meanDifference: mean,
            pairs: seen.pairs,
          });
    return {
      ...ruling,
      counts,
      ...(differences.length > 0 && { difference }),
      ...(championNow !== undefined && { championNow }),
      ...(evidence && { evidence }),
    };
  },
});
