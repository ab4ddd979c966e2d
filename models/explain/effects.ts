import { RelevoError } from '../../contracts/errors.ts';
import type { FittedModel, Task, TreeModel } from '../../contracts/estimator.ts';
import { outputsOf } from '../../contracts/estimator.ts';
import type { EffectUnit, ExplanationMethod } from '../../contracts/explanation.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import { applySteps, type FeatureStepState } from '../features/index.ts';
import { kernelShap } from './kernel-shap.ts';
import { lime } from './lime.ts';
import { type Predict, rowAt } from './matrix.ts';
import { treeShap } from './tree-shap.ts';

/** What is explained of a fitted candidate. */
export interface ExplainedModel {
  features: string[];
  steps: FeatureStepState[];
  model: Pick<FittedModel, 'trees'>;
  task: Task;
  predict(rows: { features: Matrix; base: Float64Array }): Promise<Predictions>;
}

/** Effects of features on the predictions of rows. */
export interface Effects {
  method: ExplanationMethod;
  unit: EffectUnit;
  outputs: number;
  /** The candidate's features, then what steps made of several of them (components, products). */
  names: string[];
  /** rows × outputs × names.length */
  values: Float64Array;
  /** rows × outputs: what the effects are added to. */
  base: Float64Array;
  /** rows × outputs, of LIME. */
  fidelity?: Float64Array;
}

export interface EffectsOptions {
  method: ExplanationMethod | 'auto';
  seed: number;
  /** Subsets of kernel SHAP, or draws of LIME, per row. */
  samples?: number;
  signal?: AbortSignal;
}

/**
 * Effects by the method asked for; `auto` is `tree-shap` where the model is a sum of trees, else `kernel-shap`.
 * A pipeline's base expression is left out.
 * @throws RelevoError REQUEST_INVALID where trees are asked for that the model has not; CANCELLED.
 */
export async function effectsOf(
  fitted: ExplainedModel,
  rows: Matrix,
  background: Matrix,
  options: EffectsOptions,
): Promise<Effects> {
  const trees = fitted.model.trees?.();
  const method = options.method === 'auto' ? (trees ? 'tree-shap' : 'kernel-shap') : options.method;
  if (method !== 'tree-shap') return effectsOfAny(fitted, rows, background, { ...options, method });
  if (trees) return effectsOfTrees(fitted, trees, rows, options.signal);
  throw new RelevoError(
    'REQUEST_INVALID',
    'The model is not a sum of trees, so tree-shap cannot explain it',
    {
      field: 'method',
      value: method,
      expected: 'auto, kernel-shap or lime',
    },
  );
}

/** The whole candidate without its base expression. */
export const predictorOf =
  (fitted: ExplainedModel): Predict =>
  async (features) =>
    (await fitted.predict({ features, base: new Float64Array(features.rows) })).values;

async function effectsOfAny(
  fitted: ExplainedModel,
  rows: Matrix,
  background: Matrix,
  options: EffectsOptions & { method: 'kernel-shap' | 'lime' },
): Promise<Effects> {
  const { method } = options;
  const outputs = outputsOf(fitted.task);
  const unit = fitted.task.kind === 'classification' ? 'probability' : 'target';
  const common = { method, unit, outputs, names: fitted.features } as const;
  const predict = predictorOf(fitted);
  if (method === 'kernel-shap') {
    const { values, base } = await kernelShap(predict, outputs, rows, background, options);
    return { ...common, values, base: repeat(base, rows.rows) };
  }
  const values = new Float64Array(rows.rows * outputs * rows.names.length);
  const base = new Float64Array(rows.rows * outputs);
  const fidelity = new Float64Array(rows.rows * outputs);
  for (let row = 0; row < rows.rows; row++) {
    const local = await lime(predict, outputs, rowAt(rows, row), background, options);
    values.set(local.effects, row * outputs * rows.names.length);
    base.set(local.base, row * outputs);
    fidelity.set(local.fidelity, row * outputs);
  }
  return { ...common, values, base, fidelity };
}

async function effectsOfTrees(
  fitted: ExplainedModel,
  trees: TreeModel,
  rows: Matrix,
  signal: AbortSignal | undefined,
): Promise<Effects> {
  const seen = await applySteps(fitted.steps, rows);
  const { values, base } = await treeShap(trees, seen, signal);
  const outputs = base.length;
  const origins = originsOf(seen.names, fitted.features);
  const folded = fold(values, origins.places, origins.names.length);
  const effects = {
    method: 'tree-shap',
    unit: unitOf(trees),
    outputs,
    names: origins.names,
    values: folded,
    base: repeat(base, rows.rows),
  } as const;
  if (trees.link === 'share') toShares(effects);
  return effects;
}

function unitOf({ link }: TreeModel): EffectUnit {
  if (link === 'identity') return 'target';
  return link === 'share' ? 'probability' : 'log-odds';
}

/** Sums over all outputs become parts of their total, which Shapley values follow as they are sums themselves. */
function toShares({ values, base, outputs, names }: Pick<Effects, 'values' | 'base' | 'outputs' | 'names'>) {
  const size = outputs * names.length;
  for (let row = 0; row * outputs < base.length; row++) {
    const starts = base.subarray(row * outputs, (row + 1) * outputs);
    const effects = values.subarray(row * size, (row + 1) * size);
    const total = sum(starts) + sum(effects);
    if (total === 0) continue;
    for (let i = 0; i < starts.length; i++) starts[i] /= total;
    for (let i = 0; i < effects.length; i++) effects[i] /= total;
  }
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/**
 * Which feature of the candidate each column of the estimator's matrix comes from: `<name>=<code>` and
 * `<name>:missing` belong to `<name>`, whose Shapley value is the sum of theirs; what steps make of several features
 * stands for itself.
 */
export function originsOf(seen: string[], features: string[]): { names: string[]; places: Int32Array } {
  const names = [...features];
  const places = seen.map((name) => {
    const origin = features
      .filter(
        (feature) => name === feature || name.startsWith(`${feature}=`) || name === `${feature}:missing`,
      )
      .sort((a, b) => b.length - a.length)[0];
    if (origin !== undefined) return features.indexOf(origin);
    return names.push(name) - 1;
  });
  return { names, places: Int32Array.from(places) };
}

/** Adds up the columns of the last dimension that have one place. */
export function fold(values: Float64Array, places: Int32Array, width: number): Float64Array {
  const from = places.length;
  const folded = new Float64Array((values.length / from) * width);
  for (let i = 0; i < values.length; i++)
    folded[Math.floor(i / from) * width + places[i % from]] += values[i];
  return folded;
}

function repeat(base: Float64Array, rows: number): Float64Array {
  const repeated = new Float64Array(base.length * rows);
  for (let row = 0; row < rows; row++) repeated.set(base, row * base.length);
  return repeated;
}
