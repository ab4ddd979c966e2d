import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Tie } from '../contracts/choice.ts';
import type { Params } from '../contracts/estimator.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { asLoss } from '../contracts/metrics.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef } from '../contracts/refs.ts';
import { needsCompanion } from '../models/training/companion.ts';
import { candidateToFit, fitCandidate, saveCandidate, withHeads, withSteps } from '../models/training/fit.ts';
import { fitHeads } from '../models/training/heads.ts';
import { joinRows, type PreparedRows, type TrainingSet } from '../models/training/rows.ts';
import { scoreCandidate } from '../models/training/score.ts';
import { tieOf } from '../models/training/tie.ts';
import { readHeads } from './bundles.ts';
import type { TrainingSetRef } from './fingerprints.ts';
import { type Provenance, type Workbench, withFit } from './fitting.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
import { shapeFit, withWeights } from './retraining/train-hook.ts';
import { currentRun } from './runs.ts';
import type { TrainingSets } from './training-set.ts';

interface Deps {
  artifacts: ArtifactStore;
  trainingSets: TrainingSets;
  workbench: Workbench;
  provenance(): Promise<Provenance>;
  hooks: Pick<Hooks, 'train'>;
}

export interface FitInput {
  set: TrainingSetRef;
  candidate: string;
  estimator: string;
  params: Params;
}
export interface FitScore {
  /** The pipeline's metric on the validation rows, calibrated where the pipeline calibrates; candidates are chosen by it. */
  validationScore: number;
  tie?: Tie;
  /** Steps that early stopping kept, for estimators that grow in steps. */
  steps?: number;
  /** The same of the model of an interval's quantiles. */
  companionSteps?: number;
  resumedFromStep?: number;
  /** Calibration, decision and interval, learnt on rows that the scored model had not seen. */
  heads: ArtifactRef;
}
export interface FinalFit extends Provenance {
  native: ArtifactRef;
  diagnostics?: ArtifactRef;
  heads?: ArtifactRef;
  params: Params;
  /** What the model was fitted on in the end, for people. */
  fittedOn: string;
  resumedFromStep?: number;
}

/** The fits of a training run: once to be judged on rows that it has not seen, once more on all that it may learn from. */
export function createTrainingActivities({ artifacts, trainingSets, workbench, provenance, hooks }: Deps) {
  const keyOf = (input: FitInput, purpose: string): string =>
    `${currentRun().id}/${input.candidate}/${purpose}`;
  /** What a candidate is judged by where nothing is folded: learned from, and held out. */
  const sidesToScore = async (
    spec: PipelineSpec,
    input: FitInput,
    { train, validation }: TrainingSet,
    signal: AbortSignal,
  ) => {
    const { rows, params } = await shapeFit(hooks, spec, input, train, signal);
    return { params, train: rows, validation: rows.weights ? withWeights(validation) : validation };
  };

  return {
    /** Fits on the training rows or on each fold, scores on the others, and learns the heads there. */
    async scoreCandidate(input: FitInput): Promise<FitScore> {
      const label = `fit ${input.candidate}`;
      return await withHeartbeat(label, async (pulse) => {
        const { spec, set: prepared } = await trainingSets.prepared(input.set);
        const { params, ...sides } = await sidesToScore(spec, input, prepared, pulse.signal);
        const set = { ...prepared, ...sides };
        const candidate = candidateToFit(spec, input.candidate, params);
        const fit = {
          key: keyOf(input, 'score'),
          label,
          seed: spec.seed,
          withInterval: true,
        };
        return await withFit(workbench, pulse, fit, async (context) => {
          const { score, held, ...scored } = await scoreCandidate(spec, candidate, set, context);
          const { steps, companionSteps, resumedFromStep } = scored;
          const learnt = await fitHeads(spec, held, context);
          const { heads, report, loss = score, answers = held.predictions } = learnt;
          const tie = await tieOf(spec, held.rows.target, answers, context);
          const headsRef = await putJson(artifacts, 'heads.json', { heads, report });
          const validationScore = asLoss(spec.metric, loss);
          return { validationScore, tie, steps, companionSteps, resumedFromStep, heads: headsRef };
        });
      });
    },

    /** Fits on all that may be learned from, for as many steps as early stopping kept, and keeps the model with its heads. */
    async refitCandidate(
      input: FitInput & Pick<FitScore, 'heads' | 'steps' | 'companionSteps'>,
    ): Promise<FinalFit> {
      const label = `refit ${input.candidate}`;
      return await withHeartbeat(label, async (pulse) => {
        const { spec, set } = await trainingSets.prepared(input.set);
        const { fittedOn, ...kept } = rowsToKeep(spec, set);
        const shaped = await shapeFit(hooks, spec, input, kept.train, pulse.signal);
        const params = withSteps(input.estimator, shaped.params, input.steps);
        const rows = { ...kept, train: shaped.rows };
        const heads = await readHeads(artifacts, input.heads);
        const fit = {
          key: keyOf(input, 'refit'),
          label,
          seed: spec.seed,
          withInterval: true,
        };
        return await withFit(workbench, pulse, fit, async (context) => {
          const candidate = candidateToFit(spec, input.candidate, params);
          const { companionSteps } = input;
          const isCompanionApart = isHeldOut(spec) && needsCompanion(spec, context);
          const forCompanion = isCompanionApart ? await sidesToScore(spec, input, set, pulse.signal) : rows;
          const toFit = { ...candidate, companionSteps };
          const fitted = await fitCandidate(spec, toFit, rows, context, forCompanion);
          try {
            const { diagnostics, resumedFromStep } = fitted.model;
            const native = await artifacts.putBytes(await saveCandidate(withHeads(fitted, heads)), {
              name: `${input.candidate}.bundle`,
              mediaType: 'application/octet-stream',
            });
            return {
              native,
              diagnostics: diagnostics && (await putJson(artifacts, 'diagnostics.json', diagnostics)),
              heads: input.heads,
              params,
              fittedOn: `${fittedOn}${input.steps ? `, ${input.steps} steps` : ''}`,
              resumedFromStep,
              ...(await provenance()),
            };
          } finally {
            fitted.dispose();
          }
        });
      });
    },
  };
}

const isHeldOut = ({ validation }: PipelineSpec): boolean => validation.kind === 'holdout';

/**
 * A calibrator belongs to the very model that it was learnt for, so that this one is fitted as it was then: on the
 * training rows, stopped early by the validation rows (an ensemble's members too).
 */
function rowsToKeep(
  spec: PipelineSpec,
  { train, validation }: TrainingSet,
): { train: PreparedRows; validation?: PreparedRows; fittedOn: string } {
  if (spec.calibration !== 'none' && isHeldOut(spec))
    return { train, validation, fittedOn: `${train.features.rows} training rows` };
  const all = joinRows(train, validation);
  return { train: all, fittedOn: `${all.features.rows} training and validation rows` };
}
