import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Params } from '../contracts/estimator.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { type FittedCandidate, saveCandidate } from '../models/training/fit.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { fitThen, joinRows, type Provenance, type Workbench, withSteps } from './fitting.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
import { currentRun } from './runs.ts';
import type { TrainingSets } from './training-set.ts';
import { scoreOf } from './trial.ts';

interface Deps {
  artifacts: ArtifactStore;
  trainingSets: TrainingSets;
  workbench: Workbench;
  provenance(): Promise<Provenance>;
}

export interface FitInput {
  set: TrainingSetRef;
  candidate: string;
  estimator: string;
  params: Params;
}
export interface FitScore {
  /** RMSE on the validation rows; candidates are chosen by it. */
  validationScore: number;
  /** Steps that early stopping kept, for estimators that grow in steps. */
  steps?: number;
  resumedFromStep?: number;
}
export interface FinalFit extends Provenance {
  native: ArtifactRef;
  diagnostics?: ArtifactRef;
  params: Params;
  /** What the model was fitted on in the end, for people. */
  fittedOn: string;
  resumedFromStep?: number;
}

/** The fits of a training run: once to be judged on the validation rows, once more on everything but the test rows. */
export function createTrainingActivities({ artifacts, trainingSets, workbench, provenance }: Deps) {
  const keyOf = (input: FitInput, purpose: string): string =>
    `${currentRun().id}/${input.candidate}/${purpose}`;

  const keepDiagnostics = async (fitted: FittedCandidate): Promise<ArtifactRef | undefined> =>
    fitted.model.diagnostics && (await putJson(artifacts, 'diagnostics.json', fitted.model.diagnostics));

  return {
    /** Fits on the training rows, stopping early by the validation rows, and scores on those. */
    async scoreCandidate(input: FitInput): Promise<FitScore> {
      const label = `fit ${input.candidate}`;
      return await withHeartbeat(label, async (pulse) => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const { estimator: name, params } = input;
        const fit = { key: keyOf(input, 'score'), label, estimator: name, params, seed: spec.seed };
        return await fitThen(
          workbench,
          pulse,
          { ...fit, train: set.train, validation: set.validation },
          async (fitted) => ({
            validationScore: await scoreOf(fitted, set.validation),
            steps: fitted.model.steps,
            resumedFromStep: fitted.model.resumedFromStep,
          }),
        );
      });
    },

    /** Fits on training and validation rows together, for as many steps as early stopping kept, and keeps the model. */
    async refitCandidate(input: FitInput & { steps?: number }): Promise<FinalFit> {
      const label = `refit ${input.candidate}`;
      return await withHeartbeat(label, async (pulse) => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const params = withSteps(input.estimator, input.params, input.steps);
        const train = joinRows(set.train, set.validation);
        const fit = {
          key: keyOf(input, 'refit'),
          label,
          estimator: input.estimator,
          params,
          seed: spec.seed,
          train,
        };
        return await fitThen(workbench, pulse, fit, async (fitted) => ({
          native: await artifacts.putBytes(await saveCandidate(fitted), {
            name: `${input.candidate}.bundle`,
            mediaType: 'application/octet-stream',
          }),
          diagnostics: await keepDiagnostics(fitted),
          params,
          fittedOn: `${train.features.rows} training and validation rows${input.steps ? `, ${input.steps} steps` : ''}`,
          resumedFromStep: fitted.model.resumedFromStep,
          ...(await provenance()),
        }));
      });
    },
  };
}
