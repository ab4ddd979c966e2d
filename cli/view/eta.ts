/**
 * Time left of a run from how its fraction grew. The rate is an exponential mean over elapsed time
 * (half-life `halfLifeMs`), so that a fast first phase is forgotten when a slow one comes.
 */
export interface Eta {
  /** Milliseconds left, or undefined while too little is known. */
  update(fraction: number, nowMs: number): number | undefined;
}

export function createEta(halfLifeMs = 15_000): Eta {
  let last: { fraction: number; atMs: number } | undefined;
  let ratePerMs: number | undefined;
  return {
    update(fraction, nowMs) {
      if (fraction >= 1) return 0;
      if (last === undefined || fraction < last.fraction) {
        last = { fraction, atMs: nowMs };
        ratePerMs = undefined;
        return undefined;
      }
      const elapsedMs = nowMs - last.atMs;
      if (elapsedMs > 0 && fraction > last.fraction) {
        const rate = (fraction - last.fraction) / elapsedMs;
        const weight = 1 - 0.5 ** (elapsedMs / halfLifeMs);
        ratePerMs = ratePerMs === undefined ? rate : ratePerMs + weight * (rate - ratePerMs);
        last = { fraction, atMs: nowMs };
      }
      if (ratePerMs === undefined) return undefined;
      const sinceLastMs = nowMs - last.atMs;
      return Math.max(0, (1 - last.fraction) / ratePerMs - sinceLastMs);
    },
  };
}
