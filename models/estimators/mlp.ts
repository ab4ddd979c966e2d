import { z } from 'zod';
import type { Estimator } from '../../contracts/estimator.ts';
import { fitNetwork } from './mlp/fit.ts';
import { loadNetwork } from './mlp/model.ts';

const params = z.strictObject({
  hiddenUnits: z.number().int().min(1).max(1_024).default(32),
  /** Of a second hidden layer; 0 for none. */
  secondHiddenUnits: z.number().int().min(0).max(1_024).default(0),
  /** Most passes over the rows; early stopping on the validation rows usually ends sooner. */
  epochs: z.number().int().min(1).max(10_000).default(200),
  /** Epochs without a better validation loss before the fit ends. */
  earlyStoppingEpochs: z.number().int().min(1).default(20),
  learningRate: z.number().gt(0).max(1).default(1e-3),
  /** Penalty on the squared weights, as in scikit-learn. */
  alpha: z.number().min(0).default(1e-4),
  batchRows: z.number().int().min(1).max(100_000).default(200),
});
type MlpParams = z.infer<typeof params>;

/**
 * A neural network of one or two hidden layers of rectified linear units, trained by Adam on squared error (of the
 * standardised target) or log-loss, in batches. Gradients and steps are those of scikit-learn's `MLPRegressor` and
 * `MLPClassifier`; the last layer starts at zero with the mean, or the class shares, as its constant.
 * References: Glorot and Bengio, AISTATS 2010 (initial weights); Kingma and Ba, Adam, ICLR 2015.
 */
export const mlp: Estimator<MlpParams> = {
  name: 'mlp',
  tasks: ['regression', 'classification'],
  params,
  searchSpace: {
    hiddenUnits: { kind: 'integer', low: 8, high: 128, log: true },
    secondHiddenUnits: { kind: 'choice', options: [0, 16, 32] },
    learningRate: { kind: 'float', low: 3e-4, high: 1e-2, log: true },
    alpha: { kind: 'float', low: 1e-6, high: 1, log: true },
  },
  stepsParam: 'epochs',
  needs: { complete: true, scaled: true },
  fit: fitNetwork,
  load: loadNetwork,
};
