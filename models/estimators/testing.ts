import { RelevoError } from '../../contracts/errors.ts';
import {
  type Estimator,
  type FitContext,
  type FitInput,
  type FittedModel,
  type LabelledRows,
  type Member,
  outputsOf,
  type Params,
  type Task,
} from '../../contracts/estimator.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import { estimators, parseParams } from './index.ts';

/** What the tests of estimators share. */

/** Two threads, and nobody who would abort. */
export const neverCancelled = (): FitContext => ({ threads: 2, signal: new AbortController().signal });

/** Columns are `x0`, `x1` and so on unless named. */
export function matrixOf(rows: number[][], names = rows[0].map((_, j) => `x${j}`)): Matrix {
  return { rows: rows.length, names, data: Float64Array.from(rows.flat()) };
}

/** Rows on a coarse grid, so that values meet the thresholds of trees exactly; noise on a curved target. */
export function syntheticRows(rows: number, seed: number, missingShare = 0): LabelledRows {
  const random = seededRandom(seed, 'rows');
  const features = Array.from({ length: rows }, () => {
    const grid = () => (random.next() < missingShare ? Number.NaN : random.integer(41) / 8 - 2.5);
    return [grid(), grid(), grid(), random.normal()];
  });
  const or0 = (value: number) => (Number.isNaN(value) ? 0 : value);
  const target = features.map(
    ([a, b, c, d]) => 40 + 3 * or0(a) - or0(b) * or0(c) + 0.5 * d + 0.1 * random.normal(),
  );
  return { features: matrixOf(features), target: Float64Array.from(target) };
}

/** `syntheticRows` as the task has them: for a classification, the target is cut into classes of equal size. */
export function rowsOf(task: Task, rows: number, seed: number, missingShare = 0): LabelledRows {
  const numbers = syntheticRows(rows, seed, missingShare);
  if (task.kind !== 'classification') return numbers;
  const sorted = Float64Array.from(numbers.target).sort();
  const cuts = Array.from({ length: task.classes - 1 }, (_, k) => quantile(sorted, (k + 1) / task.classes));
  return { ...numbers, target: numbers.target.map((value) => cuts.filter((cut) => value > cut).length) };
}

const contractTasks: Task[] = [
  { kind: 'regression' },
  { kind: 'quantile', levels: [0.1, 0.5, 0.9] },
  { kind: 'classification', classes: 2, ordered: true },
  { kind: 'classification', classes: 3, ordered: true },
];

const membersOf: Record<Task['kind'], Member[]> = {
  regression: [
    { name: 'line', estimator: 'ridge', params: { alpha: 0.1 } },
    { name: 'trees', estimator: 'xgboost', params: { maxDepth: 3, rounds: 60 } },
  ],
  quantile: [
    { name: 'shallow', estimator: 'xgboost', params: { maxDepth: 2, rounds: 40 } },
    { name: 'deep', estimator: 'xgboost', params: { maxDepth: 4, rounds: 40 } },
  ],
  classification: [
    { name: 'line', estimator: 'logistic', params: {} },
    { name: 'bayes', estimator: 'naive-bayes', params: {} },
    { name: 'trees', estimator: 'xgboost', params: { maxDepth: 3, rounds: 60 } },
  ],
};

/** What keeps a fit without validation rows short. */
const short: Record<string, Params> = { xgboost: { rounds: 60 }, lightgbm: { rounds: 60 } };

/** An estimator with a task that it learns. */
export interface ContractCase {
  title: string;
  entry: Estimator;
  task: Task;
  /** Why it cannot be tried on this machine. */
  missing?: string;
  input(train: LabelledRows, given?: Params): FitInput<unknown>;
  fitRows(train: LabelledRows, given?: Params): Promise<FittedModel>;
}

/** Every estimator with every task that it learns. */
export async function contractCases(): Promise<ContractCase[]> {
  const cases: ContractCase[] = [];
  for (const entry of Object.values(estimators))
    for (const task of contractTasks.filter(({ kind }) => entry.tasks.includes(kind)))
      cases.push(await contractCase(entry, task));
  return cases;
}

async function contractCase(entry: Estimator, task: Task): Promise<ContractCase> {
  const members = ['voting', 'stacking'].includes(entry.name) ? membersOf[task.kind] : undefined;
  const input: ContractCase['input'] = (train, given = {}) => ({
    params: parseParams(entry, given),
    train,
    seed: 7,
    task,
    members,
  });
  const fitRows: ContractCase['fitRows'] = (train, given) =>
    entry.fit(input(train, { ...short[entry.name], ...given }), neverCancelled());
  const title = `${entry.name}, ${task.kind} of ${outputsOf(task)}`;
  return {
    title,
    entry,
    task,
    input,
    fitRows,
    missing: await whyMissing(() => fitRows(rowsOf(task, 20, 1))),
  };
}

async function whyMissing(attempt: () => Promise<FittedModel>): Promise<string | undefined> {
  try {
    (await attempt()).dispose?.();
  } catch (error) {
    if (error instanceof RelevoError && error.code === 'NATIVE_LIBRARY_MISSING') return error.message;
  }
  return undefined;
}

/** The answers of each row: `outputs` of them, in the model's order. */
export const answersOf = (values: Float64Array, outputs: number): number[][] =>
  Array.from({ length: values.length / outputs }, (_, row) => [
    ...values.subarray(row * outputs, (row + 1) * outputs),
  ]);
/** The class of a row's largest probability; of equal ones the first. */
export const likeliest = (answer: number[]): number => answer.indexOf(Math.max(...answer));

/** What onnxruntime says for the rows from the graph that the model adds itself to. */
export async function onnxPredictions(
  fitted: FittedModel,
  { rows, names, data }: Matrix,
): Promise<Float64Array> {
  const graph = createGraph('estimator');
  const inputs = names.map((name) => graph.input(name, 'double'));
  const [features] = graph.node('Concat', inputs, { axis: { int: 1 } });
  graph.output(fitted.addToGraph(graph, features), 'prediction', fitted.outputs);
  const model = await openModel(graph.toBytes({}));
  const columns = names.map((name, j) => [
    name,
    Float64Array.from({ length: rows }, (_, i) => data[i * names.length + j]),
  ]);
  try {
    return await model.predict(Object.fromEntries(columns), rows);
  } finally {
    await model.release();
  }
}

/** Largest |a − b| over max(1, |b|). */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b[i]) / Math.max(1, Math.abs(b[i]))),
    0,
  );
}

/** What the call throws; itself throws where it does not. */
export function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('the call did not fail');
}
