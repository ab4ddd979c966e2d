import type { Task } from '../../contracts/estimator.ts';
import type { ExplanationMethod, RowExplanation, RowsExplanation } from '../../contracts/explanation.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { type Effects, type ExplainedModel, effectsOf } from './effects.ts';
import { rowAt } from './matrix.ts';

/** Rows as estimators see them, with the pipeline's base prediction. */
export interface RowsToExplain {
  features: Matrix;
  base: Float64Array;
  /** The rows' places where absent. */
  rowIds?: ArrayLike<number>;
}

export interface ExplainRowsOptions {
  method?: ExplanationMethod | 'auto';
  /** Names of the classes, in the order of their indices. */
  classes?: string[];
  seed: number;
  signal?: AbortSignal;
}

/**
 * Why a candidate answers what it answers for each row, on pool threads. Trees are explained exactly, in the unit of
 * their sum; any other model by kernel SHAP or LIME over its whole answer, calibration included.
 * @param background rows that stand for "not known" (kernel SHAP takes the first fifty); trees need none.
 * @throws RelevoError REQUEST_INVALID where trees are asked for that the model has not; CANCELLED.
 */
export async function explainRows(
  fitted: ExplainedModel,
  rows: RowsToExplain,
  background: Pick<RowsToExplain, 'features'>,
  options: ExplainRowsOptions,
): Promise<RowsExplanation> {
  const { method = 'auto', classes = [], seed, signal } = options;
  const effects = await effectsOf(fitted, rows.features, firstRows(background.features), {
    method,
    seed,
    signal,
  });
  return {
    method: effects.method,
    unit: effects.unit,
    outputs: outputNames(fitted.task, effects.outputs, classes),
    rows: Array.from({ length: rows.features.rows }, (_, row) => explainRow(effects, rows, row)),
  };
}

const mostBackgroundRows = 50;
/** The first fifty. */
export function firstRows(matrix: Matrix): Matrix {
  const rows = Math.min(matrix.rows, mostBackgroundRows);
  return { ...matrix, rows, data: matrix.data.subarray(0, rows * matrix.names.length) };
}

/** A class or a level for each output; where one number stands for two classes it speaks for the second. */
export function outputNames(task: Task, outputs: number, classes: string[]): string[] {
  if (task.kind === 'quantile') return task.levels.map(String);
  if (task.kind === 'regression') return [''];
  const all = Array.from({ length: task.classes }, (_, index) => classes[index] ?? String(index));
  return outputs === 1 ? all.slice(1, 2) : all;
}

function explainRow(effects: Effects, rows: RowsToExplain, row: number): RowExplanation {
  const { outputs, names } = effects;
  const formula = rows.base[row];
  const values = rowAt(rows.features, row);
  const base = Array.from({ length: outputs }, (_, output) => effects.base[row * outputs + output] + formula);
  const effectAt = (output: number, feature: number) =>
    effects.values[(row * outputs + output) * names.length + feature];
  const contributions = names.map((feature, place) => ({
    feature,
    value: shown(values[place]),
    effects: base.map((_, output) => effectAt(output, place)),
  }));
  const total = base.map((start, output) =>
    contributions.reduce((sum, contribution) => sum + contribution.effects[output], start),
  );
  const { fidelity } = effects;
  return {
    rowId: rows.rowIds?.[row] ?? row,
    base,
    total,
    ...(formula === 0 ? {} : { formula }),
    contributions: contributions.sort((a, b) => strength(b.effects) - strength(a.effects)),
    ...(fidelity ? { fidelity: Array.from(fidelity.subarray(row * outputs, (row + 1) * outputs)) } : {}),
  };
}

const shown = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const strength = (effects: number[]): number => effects.reduce((sum, effect) => sum + Math.abs(effect), 0);
