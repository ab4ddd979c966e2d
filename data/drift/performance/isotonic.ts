/** A rising function of a score: levels at knots, straight between them, constant outside. */
export interface Isotonic {
  scores: Float64Array;
  levels: Float64Array;
}

interface Block {
  from: number;
  to: number;
  sum: number;
  weight: number;
}

/**
 * Isotonic regression by pooling adjacent violators.
 * @param outcomes 0 or 1 for each score.
 * @see Zadrozny and Elkan 2002; sklearn.isotonic.IsotonicRegression(out_of_bounds="clip")
 */
export function fitIsotonic(scores: Float64Array, outcomes: Float64Array): Isotonic {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  const blocks: Block[] = [];
  for (const row of order) {
    const score = scores[row];
    const last = blocks.at(-1);
    if (last !== undefined && last.from === score && last.to === score) {
      last.sum += outcomes[row];
      last.weight += 1;
    } else {
      pool(blocks);
      blocks.push({ from: score, to: score, sum: outcomes[row], weight: 1 });
    }
  }
  pool(blocks);
  const knots = blocks.flatMap(({ from, to, sum, weight }) =>
    (from === to ? [from] : [from, to]).map((score) => [score, sum / weight]),
  );
  return {
    scores: Float64Array.from(knots, ([score]) => score),
    levels: Float64Array.from(knots, ([, level]) => level),
  };
}

/** Joins the last blocks until their means rise. */
function pool(blocks: Block[]): void {
  for (let last = blocks.length - 1; last > 0; last--) {
    const [one, other] = [blocks[last - 1], blocks[last]];
    if (one.sum / one.weight < other.sum / other.weight) return;
    one.to = other.to;
    one.sum += other.sum;
    one.weight += other.weight;
    blocks.pop();
  }
}

/** The level at a score, found by bisection; NaN for a function without knots. */
export function isotonicAt({ scores, levels }: Isotonic, score: number): number {
  if (score <= scores[0]) return levels[0];
  let low = 0;
  let high = scores.length - 1;
  if (score >= scores[high]) return levels[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (scores[middle] <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]) / (scores[high] - scores[low]);
  return levels[low] + share * (levels[high] - levels[low]);
}
