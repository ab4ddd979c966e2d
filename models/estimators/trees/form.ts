import type { FitInput, Task, TreeModel } from '../../../contracts/estimator.ts';
import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import { addRounded } from '../../onnx/rows.ts';

/**
 * What the sums of an ensemble's trees are, and so how predictions come of them:
 * `value` the prediction itself; `quantiles` one a level, put into order; `logistic` the log-odds of class 1 of 2;
 * `softmax` one a class, up to a constant; `shares` one a class (of two classes: class 1 only), up to rounding.
 */
export const forms = ['value', 'quantiles', 'logistic', 'softmax', 'shares'] as const;
export type Form = (typeof forms)[number];

/** Sums of trees per row. */
export function sumsOf(task: Task): number {
  if (task.kind === 'quantile') return task.levels.length;
  return task.kind === 'classification' && task.classes > 2 ? task.classes : 1;
}

/** What sums mean where trees are boosted, and where they are averaged. */
export function formOf(kind: 'boosting' | 'forest', task: FitInput<unknown>['task']): Form {
  if (task.kind === 'regression') return 'value';
  if (task.kind === 'quantile') return 'quantiles';
  if (kind === 'forest') return 'shares';
  return task.classes > 2 ? 'softmax' : 'logistic';
}

/** Predictions per row. */
export const outputsOfForm = (form: Form, sums: number): number => (isOfTwo(form, sums) ? 2 : sums);

export const linkOfForm: Record<Form, TreeModel['link']> = {
  value: 'identity',
  quantiles: 'identity',
  logistic: 'logistic',
  softmax: 'softmax',
  shares: 'share',
};

/** One sum stands for two classes. */
export const isOfTwo = (form: Form, sums: number): boolean =>
  form === 'logistic' || (form === 'shares' && sums === 1);

/** How the sums of a saved booster are read, and what is added to each beside a base score of libxgboost's own. */
export interface Reading {
  form: Form;
  base: number[];
}

/** Predictions of sums of trees, both row-major. */
export function predictionsOf({ form, base }: Reading, boosted: Float32Array | Float64Array): Float64Array {
  const sums = base.length;
  const values = Float64Array.from(boosted, (value, at) => value + base[at % sums]);
  if (form === 'value') return values;
  if (isOfTwo(form, sums)) return ofTwo(form, values);
  const inPlace = { quantiles: ascend, softmax, shares: share, logistic: ascend }[form];
  for (let start = 0; start < values.length; start += sums) inPlace(values.subarray(start, start + sums));
  return values;
}

function ofTwo(form: Form, values: Float64Array): Float64Array {
  const both = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const second = form === 'logistic' ? 1 / (1 + Math.exp(-values[i])) : Math.min(Math.max(values[i], 0), 1);
    both[2 * i] = 1 - second;
    both[2 * i + 1] = second;
  }
  return both;
}

const ascend = (row: Float64Array): void => {
  row.sort();
};

function softmax(row: Float64Array): void {
  const largest = row.reduce((a, b) => Math.max(a, b));
  let total = 0;
  for (let k = 0; k < row.length; k++) total += row[k] = Math.exp(row[k] - largest);
  for (let k = 0; k < row.length; k++) row[k] /= total;
}

function share(row: Float64Array): void {
  let total = 0;
  for (let k = 0; k < row.length; k++) total += row[k] = Math.max(row[k], 0);
  for (let k = 0; k < row.length; k++) row[k] /= total;
}

/** The same in a graph: sums (double, `[N, sums]`) to predictions (double). */
export function addForm(graph: OnnxGraph, form: Form, values: TensorName, sums: number): TensorName {
  const [axis] = [graph.constant('int64', [1], [1])];
  switch (form) {
    case 'value':
      return values;
    case 'quantiles': {
      const count = graph.constant('int64', [sums], [1]);
      const order = { axis: { int: 1 }, largest: { int: 0 }, sorted: { int: 1 } };
      return graph.node('TopK', [values, count], order, { outputs: 2 })[0];
    }
    case 'softmax':
      return graph.node('Softmax', [values], { axis: { int: 1 } })[0];
    case 'logistic':
      return withFirst(graph, addRounded(graph, 'Sigmoid', values));
    case 'shares': {
      const zero = graph.constant('double', [0], []);
      if (sums === 1)
        return withFirst(graph, graph.node('Clip', [values, zero, graph.constant('double', [1], [])])[0]);
      const [positive] = graph.node('Max', [values, zero]);
      return graph.node('Div', [positive, graph.node('ReduceSum', [positive, axis])[0]])[0];
    }
  }
}

function withFirst(graph: OnnxGraph, second: TensorName): TensorName {
  const [first] = graph.node('Sub', [graph.constant('double', [1], []), second]);
  return graph.node('Concat', [first, second], { axis: { int: 1 } })[0];
}
