/** Shares of both sides in the same bins or categories. */
type Shares = readonly [reference: number, current: number][];

/** What an empty bin counts as, so that its logarithm stays finite. */
const leastShare = 1e-4;
const floored = (share: number): number => Math.max(share, leastShare);

/** Population stability index, with shares of at least 1e-4. */
export function stabilityIndex(shares: Shares): number {
  let sum = 0;
  for (const [p, q] of shares) sum += (floored(p) - floored(q)) * Math.log(floored(p) / floored(q));
  return sum;
}

/** Kullback–Leibler divergence of the current shares from the reference in nats; both floored at 1e-4 and rescaled. */
export function kullbackLeibler(shares: Shares): number {
  let [ofReference, ofCurrent] = [0, 0];
  for (const [p, q] of shares) {
    ofReference += floored(p);
    ofCurrent += floored(q);
  }
  let sum = 0;
  for (const [p, q] of shares) {
    const current = floored(q) / ofCurrent;
    sum += current * Math.log(current / (floored(p) / ofReference));
  }
  return Math.max(sum, 0);
}

/** Jensen–Shannon distance to base 2: 0 for equal shares, 1 for shares without anything in common. */
export function jensenShannonDistance(shares: Shares): number {
  let sum = 0;
  for (const [p, q] of shares) {
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log(p / middle);
    if (q > 0) sum += q * Math.log(q / middle);
  }
  return Math.sqrt(Math.max(sum, 0) / 2 / Math.LN2);
}

/** Hellinger distance, 0 to 1. */
export function hellingerDistance(shares: Shares): number {
  let sum = 0;
  for (const [p, q] of shares) sum += (Math.sqrt(p) - Math.sqrt(q)) ** 2;
  return Math.sqrt(sum / 2);
}
