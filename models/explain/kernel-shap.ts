import type { Matrix } from '../../contracts/frame.ts';
import { runInPool } from '../pool.ts';
import { chooseCoalitions } from './coalitions.ts';
import { meansOfGroups, type Predict, predictMade, rowAt } from './matrix.ts';
import type { Surrogate, SurrogateTask } from './surrogate.worker.ts';

const worker = new URL('./surrogate.worker.ts', import.meta.url);

export interface KernelShapOptions {
  seed: number;
  /** Subsets of features tried per row; 2·F + 2048 where absent, as in shap. All, where there are no more. */
  samples?: number;
  signal?: AbortSignal;
}

/**
 * Shapley values of any model by weighted linear regression (Lundberg & Lee 2017; shap's `KernelExplainer` without L1
 * selection): a feature that is not known takes its values from the background rows. Exact where `samples` covers
 * all subsets of the features in which a row differs from the background.
 * @param background rows that stand for "not known"; 20 to 200 of them. Predictions made: rows × subsets × background.
 * @returns `values`: rows × outputs × F, row-major; `base`: mean prediction of the background, per output. The base
 * plus a row's values is the row's prediction.
 * @throws RelevoError CANCELLED when `signal` fires; RangeError without background rows.
 */
export async function kernelShap(
  predict: Predict,
  outputs: number,
  rows: Matrix,
  background: Matrix,
  options: KernelShapOptions,
): Promise<{ values: Float64Array; base: Float64Array }> {
  if (background.rows === 0) throw new RangeError('kernel SHAP needs at least one background row');
  const base = meansOfGroups(await predict(background), outputs, background.rows);
  const width = rows.names.length;
  const values = new Float64Array(rows.rows * outputs * width);
  const answers = await predictMade(
    predict,
    rows.names,
    { rows: rows.rows, outputs },
    (index, row) => row.set(rowAt(rows, index)),
    options.signal,
  );
  for (let row = 0; row < rows.rows; row++) {
    const totals = answers.slice(row * outputs, (row + 1) * outputs).map((answer, k) => answer - base[k]);
    const effects = values.subarray(row * outputs * width, (row + 1) * outputs * width);
    await explainRow({ predict, outputs, row: rowAt(rows, row), background, base, totals, effects, options });
  }
  return { values, base };
}

interface RowTask {
  predict: Predict;
  outputs: number;
  row: Float64Array;
  background: Matrix;
  base: Float64Array;
  /** Prediction less base, per output. */
  totals: Float64Array;
  effects: Float64Array;
  options: KernelShapOptions;
}

async function explainRow(task: RowTask): Promise<void> {
  const { outputs, row, background, base, totals, effects, options } = task;
  const varying = varyingFeatures(row, background);
  const put = (feature: number, output: number, value: number) => {
    effects[output * row.length + feature] = value;
  };
  if (varying.length < 2) {
    for (const feature of varying) totals.forEach((total, output) => void put(feature, output, total));
    return;
  }
  const coalitions = chooseCoalitions(
    varying.length,
    options.samples ?? 2 * row.length + 2_048,
    options.seed,
  );
  const predictions = await predictMade(
    task.predict,
    background.names,
    { rows: coalitions.count * background.rows, outputs },
    (index, made) => {
      made.set(rowAt(background, index % background.rows));
      const subset = Math.floor(index / background.rows) * varying.length;
      for (let i = 0; i < varying.length; i++)
        if (coalitions.known[subset + i]) made[varying[i]] = row[varying[i]];
    },
    options.signal,
  );
  const targets = meansOfGroups(predictions, outputs, background.rows).map(
    (mean, i) => mean - base[i % outputs],
  );
  const fitted = await runInPool<SurrogateTask, Surrogate>(
    worker,
    {
      inputs: Float64Array.from(coalitions.known),
      width: varying.length,
      targets,
      outputs,
      weights: coalitions.weights,
      rule: { kind: 'total', totals },
    },
    options.signal,
  );
  for (let output = 0; output < outputs; output++)
    for (const [i, feature] of varying.entries())
      put(feature, output, fitted.slopes[output * varying.length + i]);
}

/** A feature in which no background row differs has no effect. Missing equals missing. */
function varyingFeatures(row: Float64Array, background: Matrix): number[] {
  const varying: number[] = [];
  const width = row.length;
  for (let feature = 0; feature < width; feature++) {
    for (let other = 0; other < background.rows; other++)
      if (!Object.is(background.data[other * width + feature] + 0, row[feature] + 0)) {
        varying.push(feature);
        break;
      }
  }
  return varying;
}
