import type { FitContext, FittedModel, Member, Params, Task } from '../../contracts/estimator.ts';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { ClassWeights } from '../../contracts/pipeline.ts';
import { calibrate } from '../calibration/index.ts';
import { intervalOf } from '../conformal/index.ts';
import { correct } from '../correction/index.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import { applySteps, type FeatureStepState } from '../features/index.ts';
import type { Heads } from './heads.ts';
import type { PreparedRows } from './rows.ts';

/** What is fitted: an estimator with its parameters, behind feature steps, over members where it is an ensemble. */
export interface CandidateToFit {
  estimator: string;
  params: Params;
  /** Instead of the pipeline's. */
  steps?: FeatureStepSpec[];
  /** Instead of the pipeline's. */
  weights?: ClassWeights;
  members?: Member[];
  /** Steps of the companion, for a fit without validation rows. */
  companionSteps?: number;
}
export type CandidateContext = FitContext & {
  seed: number;
  /** Whether a companion learns the quantiles of the pipeline's interval, where its method needs them. */
  withInterval?: boolean;
};
/** A second model that learns the two quantiles between which the interval lies. */
export interface Companion {
  estimator: string;
  steps: FeatureStepState[];
  model: FittedModel;
}

/** A model with the feature steps it was fitted behind, and with what turns its numbers into answers. */
export interface FittedCandidate {
  estimator: string;
  params: Params;
  /** Names of the features that the steps start from, in the order of the matrix. */
  features: string[];
  steps: FeatureStepState[];
  model: FittedModel;
  companion?: Companion;
  heads: Heads;
  task: Task;
  /** base + model, corrected and calibrated, with the interval and the decision weights of the heads, in the target's unit. */
  predict(rows: Pick<PreparedRows, 'features' | 'base'>): Promise<Predictions>;
  /** Releases native memory. */
  dispose(): void;
}

/** Adds the methods to the parts of a candidate. */
export function assemble(parts: Omit<FittedCandidate, 'predict' | 'dispose'>): FittedCandidate {
  const { steps, model, companion, heads, task } = parts;
  const { outputs } = model;
  return {
    ...parts,
    async predict(rows) {
      const said = await run(model, steps, rows.features);
      const raw = withBase(corrected(heads, said), rows.base, outputs);
      if (task.kind === 'classification') {
        const values = heads.calibration === undefined ? raw : calibrate(heads.calibration, raw, outputs);
        return { values, outputs, decisionWeights: heads.decisionWeights };
      }
      if (heads.interval === undefined) return { values: raw, outputs };
      const quantiles = await companionQuantiles({ companion, heads }, rows);
      return { values: raw, outputs, interval: intervalOf(heads.interval, raw, quantiles) };
    },
    dispose() {
      model.dispose?.();
      companion?.model.dispose?.();
    },
  };
}

/** The companion's two quantiles per row, row-major, in the target's unit; undefined without a companion. */
export async function companionQuantiles(
  { companion, heads }: Pick<FittedCandidate, 'companion' | 'heads'>,
  { features, base }: Pick<PreparedRows, 'features' | 'base'>,
): Promise<Float64Array | undefined> {
  if (companion === undefined) return undefined;
  const said = await run(companion.model, companion.steps, features);
  return withBase(corrected(heads, said), base, companion.model.outputs);
}

/** The same models with other heads. */
export const withHeads = (fitted: FittedCandidate, heads: Heads): FittedCandidate =>
  assemble({ ...fitted, heads });

const run = async (model: FittedModel, steps: FeatureStepState[], features: Matrix): Promise<Float64Array> =>
  await model.predict(await applySteps(steps, features));

const corrected = ({ correction }: Heads, values: Float64Array): Float64Array =>
  correction ? correct(correction, values) : values;

const withBase = (values: Float64Array, base: Float64Array, outputs: number): Float64Array =>
  values.map((value, i) => value + base[Math.floor(i / outputs)]);
