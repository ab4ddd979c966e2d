/** Time left of a run from how its fraction grew lately. */
export interface Eta {
  /** Milliseconds left, or undefined while too little is known. */
  update(fraction: number, nowMs: number): number | undefined;
}

/**
 * The rate is progress over time, both fading with a half-life, so that a fast first phase is forgotten when a
 * slow one comes. Between two steps the time left counts down.
 */
export function createEta(halfLifeMs = 15_000): Eta {
  let last: { fraction: number; atMs: number } | undefined;
  let grown = 0;
  let elapsedMs = 0;
  return {
    update(fraction, nowMs) {
      if (fraction >= 1) return 0;
      if (last === undefined || fraction < last.fraction) {
        last = { fraction, atMs: nowMs };
        [grown, elapsedMs] = [0, 0];
        return undefined;
      }
      if (fraction > last.fraction) {
        const sinceMs = nowMs - last.atMs;
        const kept = 0.5 ** (sinceMs / halfLifeMs);
        grown = grown * kept + fraction - last.fraction;
        elapsedMs = elapsedMs * kept + sinceMs;
        last = { fraction, atMs: nowMs };
      }
      if (elapsedMs === 0) return undefined;
      const leftMs = ((1 - last.fraction) * elapsedMs) / grown;
      return Math.max(0, leftMs - (nowMs - last.atMs));
    },
  };
}
