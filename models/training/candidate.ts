import type { FittedModel, Params } from '../../contracts/estimator.ts';
import { applySteps, type FeatureStepState } from '../features/index.ts';
import type { PreparedRows } from './prepare.ts';

/** A model with the feature steps it was fitted behind. */
export interface FittedCandidate {
  estimator: string;
  params: Params;
  /** Names of the features, in the order of the matrix. */
  features: string[];
  steps: FeatureStepState[];
  model: FittedModel;
  /** base + model, one number per row, in the target's unit. */
  predict(rows: PreparedRows): Promise<Float64Array>;
}

/** Adds `predict` to the parts of a candidate. */
export function assemble(parts: Omit<FittedCandidate, 'predict'>): FittedCandidate {
  const { steps, model } = parts;
  return {
    ...parts,
    async predict(rows) {
      const residual = await model.predict(await applySteps(steps, rows.features));
      return rows.base.map((base, row) => base + residual[row]);
    },
  };
}
