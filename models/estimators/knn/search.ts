/** Rows that a model remembers. Structured-cloneable. */
export interface Neighbourhood {
  names: string[];
  rows: number;
  /** Row-major, `rows × names.length`. */
  features: Float64Array;
  /** Row-major, `rows × outputs`: the target, or 1 for the row's class and 0 for the others. */
  answers: Float64Array;
  outputs: number;
  /** Above 0, one per row; 1 each where absent. */
  weights?: Float64Array;
  /** At most `rows`. */
  neighbours: number;
  weighting: 'uniform' | 'distance';
}

/** Columns summed between looks at whether a row can still be among the nearest. */
const stride = 4;

/**
 * Predicts the rows `start` to `end` of row-major queries. The squared distance is summed column by column from
 * the first to the last and ties go to the lower row, exactly as in the ONNX graph.
 */
export function predictRows(
  known: Neighbourhood,
  queries: Float64Array,
  start: number,
  end: number,
): Float64Array {
  const { outputs, neighbours } = known;
  const predicted = new Float64Array((end - start) * outputs);
  const nearest = { squares: new Float64Array(neighbours), rows: new Int32Array(neighbours) };
  for (let query = start; query < end; query++) {
    findNearest(known, queries, query, nearest);
    average(known, nearest, predicted.subarray((query - start) * outputs, (query - start + 1) * outputs));
  }
  return predicted;
}

interface Nearest {
  /** Squared distances, ascending. */
  squares: Float64Array;
  rows: Int32Array;
}

function findNearest(known: Neighbourhood, queries: Float64Array, query: number, nearest: Nearest): void {
  const { features, rows } = known;
  const width = known.names.length;
  const { squares } = nearest;
  const last = squares.length - 1;
  squares.fill(Infinity);
  nearest.rows.fill(-1);
  const from = query * width;
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const bound = squares[last];
    let square = 0;
    for (let j = 0; j < width; ) {
      const stop = Math.min(j + stride, width);
      for (; j < stop; j++) {
        const difference = queries[from + j] - features[at + j];
        square += difference * difference;
      }
      if (square >= bound) break;
    }
    if (square < bound) insert(nearest, square, row);
  }
}

/** Behind all that are as near: they have lower rows. */
function insert({ squares, rows }: Nearest, square: number, row: number): void {
  let place = squares.length - 1;
  for (; place > 0 && squares[place - 1] > square; place--) {
    squares[place] = squares[place - 1];
    rows[place] = rows[place - 1];
  }
  squares[place] = square;
  rows[place] = row;
}

/** NaN where no distance is a number. */
function average(known: Neighbourhood, { squares, rows }: Nearest, into: Float64Array): void {
  const { answers, outputs, weights, weighting } = known;
  const met = squares[0] === 0;
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row < 0) continue;
    const closeness =
      weighting === 'uniform' ? 1 : met ? Number(squares[i] === 0) : 1 / Math.sqrt(squares[i]);
    const weight = closeness * (weights?.[row] ?? 1);
    total += weight;
    for (let k = 0; k < outputs; k++) into[k] += weight * answers[row * outputs + k];
  }
  for (let k = 0; k < outputs; k++) into[k] /= total;
}
