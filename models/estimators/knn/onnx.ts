import type { OnnxGraph, TensorName } from '../../../contracts/onnx.ts';
import type { Neighbourhood } from './search.ts';

/**
 * Adds the search over all rows that are kept: features (double, `[N, F]`) to the neighbours' weighted mean
 * (double, `[N, outputs]`). Distances are summed column by column rather than by a matrix product, whose rounding
 * would reorder neighbours that are equally far away; `TopK` gives ties to the lower row.
 */
export function addNeighbours(graph: OnnxGraph, known: Neighbourhood, features: TensorName): TensorName {
  const squares = squaredDistances(graph, known, features);
  const [nearest, rows] = graph.node(
    'TopK',
    [squares, graph.constant('int64', [known.neighbours], [1])],
    { axis: { int: 1 }, largest: { int: 0 }, sorted: { int: 1 } },
    { outputs: 2 },
  );
  const weights = neighbourWeights(graph, known, nearest, rows);
  const answers = graph.constant('double', known.answers, [known.rows, known.outputs]);
  const [answered] = graph.node('Gather', [answers, rows]);
  const [column] = graph.node('Unsqueeze', [weights, graph.constant('int64', [2], [1])]);
  const [weighted] = graph.node('Mul', [answered, column]);
  const perRow = graph.constant('int64', [1], [1]);
  const [sum] = graph.node('ReduceSum', [weighted, perRow], { keepdims: { int: 0 } });
  const [total] = graph.node('ReduceSum', [weights, perRow], { keepdims: { int: 1 } });
  return graph.node('Div', [sum, total])[0];
}

function squaredDistances(graph: OnnxGraph, known: Neighbourhood, features: TensorName): TensorName {
  const width = known.names.length;
  const columnSquares = known.names.map((_, j) => {
    const values = Float64Array.from({ length: known.rows }, (_, row) => known.features[row * width + j]);
    const index = graph.constant('int64', [j], [1]);
    const [column] = graph.node('Gather', [features, index], { axis: { int: 1 } });
    const [difference] = graph.node('Sub', [column, graph.constant('double', values, [1, known.rows])]);
    return graph.node('Mul', [difference, difference])[0];
  });
  return columnSquares.reduce((sum, squares) => graph.node('Add', [sum, squares])[0]);
}

/** `[N, neighbours]`: closeness times the row's own weight. */
function neighbourWeights(
  graph: OnnxGraph,
  { weighting, weights, rows: kept }: Neighbourhood,
  squares: TensorName,
  rows: TensorName,
): TensorName {
  const one = graph.constant('double', [1], [1, 1]);
  const own = weights && graph.node('Gather', [graph.constant('double', weights, [kept]), rows])[0];
  if (weighting === 'uniform') {
    if (own !== undefined) return own;
    const [shape] = graph.node('Shape', [squares]);
    return graph.node('Expand', [one, shape])[0];
  }
  const zero = graph.constant('double', [0], [1, 1]);
  const [isMet] = graph.node('Equal', [squares, zero]);
  const [nearest] = graph.node('Gather', [squares, graph.constant('int64', [0], [1])], { axis: { int: 1 } });
  const [anyMet] = graph.node('Equal', [nearest, zero]);
  const [distances] = graph.node('Sqrt', [squares]);
  const [inverse] = graph.node('Div', [one, distances]);
  const [closeness] = graph.node('Where', [anyMet, graph.cast(isMet, 'double'), inverse]);
  return own === undefined ? closeness : graph.node('Mul', [closeness, own])[0];
}
