import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { asLoss } from '../../contracts/metrics.ts';
import { classWeightsOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { Recalibrated } from '../../models/retraining/recalibrate.ts';
import type { Updated } from '../../models/retraining/updated.ts';
import { type FittedCandidate, saveCandidate, withHeads } from '../../models/training/fit.ts';
import { fitHeads } from '../../models/training/heads.ts';
import type { TrainingSet } from '../../models/training/rows.ts';
import type { ModelRegistry, ModelVersion } from '../../registry/types.ts';
import type { TrainingSetRef } from '../fingerprints.ts';
import { type FittingContext, type Provenance, type Workbench, withFit } from '../fitting.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { currentRun } from '../runs.ts';
import type { FinalFit, FitScore } from '../training.ts';
import type { TrainingSets } from '../training-set.ts';
import { withBase } from './champion.ts';

export interface UpdateDeps {
  artifacts: ArtifactStore;
  registry: { models: Pick<ModelRegistry, 'get'> };
  trainingSets: TrainingSets;
  workbench: Workbench;
  provenance(): Promise<Provenance>;
}

export interface UpdateInput {
  /** The rows that the champion has not learned. */
  set: TrainingSetRef;
  champion: string;
}
/** A version made from another. */
export interface UpdateResult {
  estimator: string;
  score: FitScore;
  fit: FinalFit;
  /** What was done, in words. */
  note: string;
}

/** What a mode does to the version that it goes on from. */
export interface Update {
  label: string;
  /** Another version than the champion, where this one stands on that. */
  baseOf?(champion: ModelVersion): string | undefined;
  change(input: {
    spec: PipelineSpec;
    base: FittedCandidate;
    champion: ModelVersion;
    set: TrainingSet;
    context: FittingContext;
  }): Promise<Updated | Recalibrated>;
}

/** Opens the version to go on from, changes it, learns the heads of what came out, and keeps it. */
export async function updateChampion(
  { artifacts, registry, trainingSets, workbench, provenance }: UpdateDeps,
  input: UpdateInput,
  { label, baseOf, change }: Update,
): Promise<UpdateResult> {
  return await withHeartbeat(label, async (pulse) => {
    const { spec, set } = await trainingSets.prepared(input.set);
    const champion = await registry.models.get(spec.name, input.champion);
    const named = baseOf?.(champion);
    const version = named === undefined ? champion : await registry.models.get(spec.name, named);
    const fit = { key: `${currentRun().id}/${label}`, label, seed: spec.seed, withInterval: true };
    return await withBase(artifacts, spec, version, (base) =>
      withFit(workbench, pulse, fit, async (context) => {
        const weighed = { ...spec, weights: classWeightsOf(spec, version.candidate) };
        const updated = await change({ spec: weighed, base, champion, set, context });
        const { heads, report } = 'heads' in updated ? updated : await fitHeads(spec, updated.held, context);
        const headsRef = await putJson(artifacts, 'heads.json', { heads, report });
        const whole = withHeads(updated.fitted, heads);
        try {
          const native = await artifacts.putBytes(await saveCandidate(whole), {
            name: `${champion.candidate}.bundle`,
            mediaType: 'application/octet-stream',
          });
          return {
            estimator: whole.estimator,
            note: updated.note,
            score: { validationScore: asLoss(spec.metric, updated.loss), heads: headsRef },
            fit: {
              native,
              heads: headsRef,
              params: whole.params,
              fittedOn: `${version.version} and ${set.train.features.rows} new rows`,
              ...(await provenance()),
            },
          };
        } finally {
          if (updated.fitted.model !== base.model) updated.fitted.model.dispose?.();
        }
      }),
    );
  });
}
