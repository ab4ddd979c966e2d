/** Rows in the order of one class's probability, the largest first; equal ones form one step. */
export interface Ranking {
  /** Row of each rank. */
  order: Int32Array;
  /** Whether the row of each rank is of the class. */
  isClass: Uint8Array;
  /** Ranks at which a step ends (exclusive), ascending. */
  ends: Int32Array;
}

/**
 * Ranks the rows by their probability of class `k`, highest first; equal ones share a step.
 * @param probabilities row-major, `classes` a row.
 * @param actual index of the class of each row.
 */
export function rankingOf(
  probabilities: Float64Array,
  classes: number,
  k: number,
  actual: Float64Array,
): Ranking {
  const scores = actual.map((_, row) => probabilities[row * classes + k]);
  const order = Int32Array.from(actual.keys()).sort((a, b) => scores[b] - scores[a]);
  const ends: number[] = [];
  for (let rank = 1; rank <= order.length; rank++)
    if (rank === order.length || scores[order[rank]] !== scores[order[rank - 1]]) ends.push(rank);
  const isClass = Uint8Array.from(order, (row) => Number(actual[row] === k));
  return { order, isClass, ends: Int32Array.from(ends) };
}

/**
 * The area under the ROC curve: the share of pairs (one of the class, one of the rest) that are ranked right, ties
 * counting half (Mann–Whitney). Undefined where all rows are of one kind.
 */
export function areaUnderRoc({ order, isClass, ends }: Ranking, counts: Int32Array): number | undefined {
  let rank = 0;
  let ofClass = 0;
  let ofRest = 0;
  let pairs = 0;
  for (let step = 0; step < ends.length; step++) {
    let tied = 0;
    let tiedRest = 0;
    for (const end = ends[step]; rank < end; rank++) {
      const count = counts[order[rank]];
      const hit = count * isClass[rank];
      tied += hit;
      tiedRest += count - hit;
    }
    pairs += tiedRest * (ofClass + tied / 2);
    ofClass += tied;
    ofRest += tiedRest;
  }
  return ofClass === 0 || ofRest === 0 ? undefined : pairs / (ofClass * ofRest);
}
