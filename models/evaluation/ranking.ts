/** Rows in the order of one class's probability, the largest first; equal ones form one step. */
export interface Ranking {
  /** Row of each rank. */
  order: Int32Array;
  /** Ranks at which a step ends (exclusive), ascending. */
  ends: Int32Array;
  isClass: Uint8Array;
  /** Area under the ROC curve; undefined where all rows are of one kind. */
  area(counts?: Int32Array): number | undefined;
}

export function rankingOf(
  probabilities: Float64Array,
  classes: number,
  k: number,
  actual: Float64Array,
): Ranking {
  const scores = actual.map((_, row) => probabilities[row * classes + k]);
  const isClass = Uint8Array.from(actual, (truth) => Number(truth === k));
  const order = Int32Array.from(actual.keys()).sort((a, b) => scores[b] - scores[a]);
  const ends: number[] = [];
  for (let rank = 1; rank <= order.length; rank++)
    if (rank === order.length || scores[order[rank]] !== scores[order[rank - 1]]) ends.push(rank);
  const steps = Int32Array.from(ends);
  return { order, ends: steps, isClass, area: (counts) => areaUnderRoc(order, steps, isClass, counts) };
}

/** The share of pairs (one of the class, one of the rest) that are ranked right; ties count half (Mann–Whitney). */
function areaUnderRoc(
  order: Int32Array,
  ends: Int32Array,
  isClass: Uint8Array,
  counts?: Int32Array,
): number | undefined {
  let rank = 0;
  let ofClass = 0;
  let ofRest = 0;
  let pairs = 0;
  for (const end of ends) {
    let tied = 0;
    let tiedRest = 0;
    for (; rank < end; rank++) {
      const row = order[rank];
      const count = counts === undefined ? 1 : counts[row];
      if (isClass[row] === 1) tied += count;
      else tiedRest += count;
    }
    pairs += tiedRest * (ofClass + tied / 2);
    ofClass += tied;
    ofRest += tiedRest;
  }
  return ofClass === 0 || ofRest === 0 ? undefined : pairs / (ofClass * ofRest);
}
