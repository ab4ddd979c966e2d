import type { OnnxGraph, TensorName } from '../../contracts/onnx.ts';
import type { Knots } from './isotonic.ts';
import { type CalibrationState, calibratedClasses, leastProbability } from './state.ts';

/**
 * Adds `calibrate`, operation by operation, in double precision.
 * @param probabilities double `[N, K]`.
 * @returns double `[N, K]`.
 */
export function addCalibrationToGraph(
  state: CalibrationState,
  graph: OnnxGraph,
  probabilities: TensorName,
): TensorName {
  const g = helpers(graph);
  if (state.method === 'none') return probabilities;
  if (state.method === 'temperature' || state.method === 'bias-corrected') {
    const logs = g.op('Log', g.op('Max', probabilities, g.number(leastProbability)));
    const scaled = g.op('Mul', logs, g.number(1 / state.temperature));
    if (state.method === 'temperature') return g.normalised(g.op('Exp', scaled));
    const biases = graph.constant('double', state.biases, [1, state.biases.length]);
    return g.normalised(g.op('Exp', g.op('Add', scaled, biases)));
  }
  const parts = state.method === 'platt' ? state.slopes.length : state.knots.length;
  const isBinary = parts === 1;
  const own = isBinary
    ? graph.node('Gather', [probabilities, graph.constant('int64', calibratedClasses(2), [1])], {
        axis: { int: 1 },
      })[0]
    : probabilities;
  const calibrated =
    state.method === 'platt'
      ? sigmoid(graph, own, state.slopes, state.intercepts)
      : interpolated(graph, own, state.knots);
  if (!isBinary) return g.normalised(calibrated);
  const others = g.op('Sub', g.number(1), calibrated);
  return graph.node('Concat', [others, calibrated], { axis: { int: 1 } })[0];
}

function helpers(graph: OnnxGraph) {
  const op = (name: string, ...inputs: TensorName[]): TensorName => graph.node(name, inputs)[0];
  const number = (value: number): TensorName => graph.constant('double', [value], [1, 1]);
  const sumOf = (values: TensorName): TensorName =>
    op('ReduceSum', values, graph.constant('int64', [1], [1]));
  return {
    op,
    number,
    normalised(values: TensorName): TensorName {
      const sums = sumOf(values);
      const shares = op('Div', values, sums);
      const classes = sumOf(op('Add', op('Mul', values, number(0)), number(1)));
      return op('Where', op('Equal', sums, number(0)), op('Div', number(1), classes), shares);
    },
  };
}

function sigmoid(
  graph: OnnxGraph,
  probabilities: TensorName,
  slopes: number[],
  intercepts: number[],
): TensorName {
  const { op, number } = helpers(graph);
  const row = (values: number[]): TensorName => graph.constant('double', values, [1, values.length]);
  const inside = op('Min', number(1 - leastProbability), op('Max', number(leastProbability), probabilities));
  const logOdds = op('Log', op('Div', inside, op('Sub', number(1), inside)));
  const z = op('Add', op('Mul', row(slopes), logOdds), row(intercepts));
  return op('Div', number(1), op('Add', number(1), op('Exp', op('Neg', z))));
}

/** Each column along the line of its knots; the lines lie one after another in flat tables. */
function interpolated(graph: OnnxGraph, probabilities: TensorName, knots: Knots[]): TensorName {
  const { op, number } = helpers(graph);
  const longest = Math.max(...knots.map(({ x }) => x.length));
  const padded = (values: number[], filler: number): number[] => [
    ...values,
    ...new Array<number>(longest - values.length).fill(filler),
  ];
  const columns = knots.length;
  const int64 = (values: number[], shape: number[]) => graph.constant('int64', values, shape);
  const limits = graph.constant(
    'double',
    knots.flatMap(({ x }) => padded(x, Number.POSITIVE_INFINITY)),
    [1, columns, longest],
  );
  const cells = op('Unsqueeze', probabilities, int64([2], [1]));
  const isAtOrAbove = graph.cast(op('GreaterOrEqual', cells, limits), 'double');
  const passed = graph.cast(op('ReduceSum', isAtOrAbove, int64([2], [1])), 'int64');
  const ranks = op('Squeeze', passed, int64([2], [1]));
  const starts = int64(
    knots.map((_, column) => column * longest),
    [1, columns],
  );
  const lasts = int64(
    knots.map(({ x }) => x.length - 1),
    [1, columns],
  );
  const zero = int64([0], [1, 1]);
  const below = op('Add', starts, op('Max', zero, op('Sub', ranks, int64([1], [1, 1]))));
  const above = op('Add', starts, op('Min', ranks, lasts));
  const table = (of: 'x' | 'y', at: TensorName): TensorName =>
    op(
      'Gather',
      graph.constant(
        'double',
        knots.flatMap((knot) => padded(knot[of], 0)),
        [columns * longest],
      ),
      at,
    );
  const [x0, x1, y0, y1] = [table('x', below), table('x', above), table('y', below), table('y', above)];
  const run = op('Sub', x1, x0);
  const isLevel = op('Equal', run, number(0));
  const safeRun = op('Where', isLevel, number(1), run);
  const rise = op('Div', op('Mul', op('Sub', y1, y0), op('Sub', probabilities, x0)), safeRun);
  return op('Where', isLevel, y0, op('Add', y0, rise));
}
