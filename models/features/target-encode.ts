import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Task } from '../../contracts/estimator.ts';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import { seededRandom } from '../random.ts';
import { codesOf, placesOf } from './codes.ts';
import {
  columnsAt,
  type FeatureStep,
  gatherColumns,
  jsonSafe,
  keptAndAdded,
  othersThan,
  rearrange,
  type StepContext,
} from './step.ts';

type Spec = FeatureStepSpec & { step: 'target-encode' };

const numbers = z.array(z.number());
export const targetEncodeStateSchema = z.strictObject({
  kept: z.array(z.number().int()),
  at: z.array(z.number().int()),
  codes: z.array(numbers),
  /** By column and output: what each code becomes, then what a missing one becomes. */
  means: z.array(z.array(numbers)),
  /** By output: what a code becomes that the training rows lack. */
  unknown: numbers,
});
type State = z.infer<typeof targetEncodeStateSchema>;

/**
 * Puts in the place of each column of codes the smoothed mean target of the code, after the columns that stay:
 * `<name>:target`, or `<name>:target<class>` for each of more than two classes. The training rows get means from
 * which their own fold was left out. As scikit-learn's TargetEncoder (Micci-Barreca 2001), with folds of its own.
 */
export const targetEncode: FeatureStep<Spec, State> = {
  async fit({ columns, smoothing, folds }, train, context) {
    const at = columnsAt('target-encode', columns, train);
    const codes = await codesOf('target-encode', train, at);
    const places = codes.map((values, i) => placesIn(train, at[i], values));
    const targets = targetsOf(context.task, context.target);
    const kept = othersThan(at, train);
    const encodeRows = (rows: Int32Array) => encodingOf(places, codes, targets, rows, smoothing);
    const state = { kept, at, codes, ...(await encodeRows(upTo(train.rows))) };
    const foldOfRow = foldsOf(context, train.rows, folds);
    const inFold: Encoding[] = [];
    for (let fold = 0; fold < folds; fold++) {
      await setImmediate();
      inFold.push(await encodeRows(upTo(train.rows).filter((row) => foldOfRow[row] !== fold)));
    }
    const features = await encode(state, train, (row, column) => ({
      place: places[column][row],
      encoding: inFold[foldOfRow[row]],
    }));
    return { state, features };
  },

  async apply(state, features) {
    const lookups = state.codes.map(placesOf);
    const width = features.names.length;
    return await encode(state, features, (row, column) => {
      const value = features.data[row * width + state.at[column]];
      const place = Number.isNaN(value) ? state.codes[column].length : (lookups[column].get(value) ?? -1);
      return { place, encoding: state };
    });
  },

  addToGraph(state, graph, features) {
    const added = state.at.flatMap((at, column) => {
      const codes = gatherColumns(graph, features, [at]);
      return state.unknown.map((_, output) => lookUp(graph, state, codes, column, output));
    });
    return keptAndAdded(graph, features, state.kept, added);
  },
};

type Encoding = Pick<State, 'means' | 'unknown'>;

function encode(
  { kept, at, unknown }: Pick<State, 'kept' | 'at' | 'unknown'>,
  features: Matrix,
  find: (row: number, column: number) => { place: number; encoding: Encoding },
): Promise<Matrix> {
  const suffixes = unknown.length === 1 ? [''] : unknown.map((_, output) => String(output));
  const added = at.flatMap((position) =>
    suffixes.map((suffix) => `${features.names[position]}:target${suffix}`),
  );
  return rearrange(features, kept, added, (row, _, to, out) => {
    for (let column = 0; column < at.length; column++) {
      const { place, encoding } = find(row, column);
      for (let output = 0; output < unknown.length; output++) {
        const value = place < 0 ? encoding.unknown[output] : encoding.means[column][output][place];
        out[to + column * unknown.length + output] = value;
      }
    }
  });
}

function lookUp(
  graph: OnnxGraph,
  { codes, means, unknown }: State,
  column: TensorName,
  at: number,
  output: number,
): TensorName {
  const values = means[at][output];
  const missing = values[codes[at].length];
  const fill = graph.constant('double', [missing], [1, 1]);
  const [isMissing] = graph.node('IsNaN', [column]);
  if (codes[at].length === 0) {
    const fresh = graph.constant('double', [unknown[output]], [1, 1]);
    return graph.node('Where', [isMissing, fill, fresh])[0];
  }
  const list = (doubles: number[]) => ({ doubles, shape: [doubles.length] });
  const [known] = graph.node(
    'LabelEncoder',
    [column],
    {
      keys_tensor: list(codes[at]),
      values_tensor: list(values.slice(0, codes[at].length)),
      default_tensor: list([unknown[output]]),
    },
    { domain: 'ai.onnx.ml' },
  );
  return graph.node('Where', [isMissing, fill, known])[0];
}

/** Place of each row's code; the number of codes where it is missing. */
function placesIn({ rows, names, data }: Matrix, at: number, codes: number[]): Int32Array {
  const lookup = placesOf(codes);
  return Int32Array.from({ length: rows }, (_, row) => {
    const value = data[row * names.length + at];
    return Number.isNaN(value) ? codes.length : (lookup.get(value) ?? codes.length);
  });
}

/** What is averaged: the target, whether it is the second of two classes, or whether it is each of several. */
function targetsOf(task: Task, target: Float64Array): Float64Array[] {
  if (task.kind !== 'classification') return [target];
  const classes = task.classes === 2 ? [1] : Array.from({ length: task.classes }, (_, index) => index);
  return classes.map((index) => target.map((value) => Number(value === index)));
}

const upTo = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** Fold of each row: random, of a classification with the same share of each class in every fold. */
function foldsOf({ target, task, seed }: StepContext, rows: number, folds: number): Uint16Array {
  const order = new Float64Array(rows).map((_, row) => row);
  seededRandom(seed, 'target-encode').shuffle(order);
  const dealt = new Int32Array(task.kind === 'classification' ? task.classes : 1);
  const foldOfRow = new Uint16Array(rows);
  for (const row of order) {
    const stratum = task.kind === 'classification' ? target[row] : 0;
    foldOfRow[row] = (dealt[stratum]++ + stratum) % folds;
  }
  return foldOfRow;
}

async function encodingOf(
  places: Int32Array[],
  codes: number[][],
  targets: Float64Array[],
  rows: Int32Array,
  smoothing: Spec['smoothing'],
): Promise<Encoding> {
  const means: number[][][] = codes.map(() => []);
  const unknown: number[] = [];
  for (const target of targets) {
    const { mean, variance } = momentsOf(target, rows);
    unknown.push(jsonSafe(mean));
    for (let column = 0; column < codes.length; column++) {
      await setImmediate();
      const sums = sumsByCode(places[column], codes[column].length + 1, target, rows);
      means[column].push(sums.map((sum) => jsonSafe(smoothed(sum, mean, variance, smoothing))));
    }
  }
  return { means, unknown };
}

function momentsOf(target: Float64Array, rows: Int32Array): { mean: number; variance: number } {
  if (rows.length === 0) return { mean: 0, variance: 0 };
  let mean = 0;
  for (const row of rows) mean += target[row];
  mean /= rows.length;
  let variance = 0;
  for (const row of rows) variance += (target[row] - mean) ** 2;
  return { mean, variance: variance / rows.length };
}

interface CodeSums {
  count: number;
  total: number;
  /** Squared distances to the code's own mean. */
  squares: number;
}

function sumsByCode(places: Int32Array, count: number, target: Float64Array, rows: Int32Array): CodeSums[] {
  const sums = Array.from({ length: count }, () => ({ count: 0, total: 0, squares: 0 }));
  for (const row of rows) {
    const sum = sums[places[row]];
    sum.count++;
    sum.total += target[row];
  }
  for (const row of rows) {
    const sum = sums[places[row]];
    sum.squares += (target[row] - sum.total / sum.count) ** 2;
  }
  return sums;
}

/** The code's mean drawn to the overall one: by a fixed number of rows, or by empirical Bayes (equations 5 and 6). */
function smoothed(
  { count, total, squares }: CodeSums,
  mean: number,
  variance: number,
  smoothing: Spec['smoothing'],
): number {
  if (count === 0) return mean;
  if (smoothing !== 'auto') return (total + smoothing * mean) / (count + smoothing);
  const share = (variance * count) / (variance * count + squares / count);
  return Number.isNaN(share) ? mean : share * (total / count) + (1 - share) * mean;
}
