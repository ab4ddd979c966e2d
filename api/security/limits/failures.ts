import { tooManyFailures } from '../rate-limited.ts';

/** How soon a wrong credential is forgotten. */
const forgottenAfterMs = 6_000;
const mostRemembered = 100_000;

/** Counts wrong credentials, so that guessing is slow; what is right is never counted. */
export interface Failures {
  /** @throws RateLimited where too many were wrong of late */
  demandPatience(who: string): void;
  failed(who: string): void;
  /** It was right after all. */
  forgive(who: string): void;
}

/** @param mostAtOnce wrong credentials that an address, or a name, may send at once */
export function createFailures(mostAtOnce: number, now = Date.now): Failures {
  const buckets = new Map<string, { count: number; atMs: number }>();
  const countOf = (who: string): number => {
    const bucket = buckets.get(who);
    if (bucket === undefined) return 0;
    return Math.max(0, bucket.count - (now() - bucket.atMs) / forgottenAfterMs);
  };
  return {
    demandPatience(who) {
      const count = countOf(who);
      if (count <= mostAtOnce - 1) return;
      throw tooManyFailures((count - (mostAtOnce - 1)) * forgottenAfterMs);
    },
    failed(who) {
      const count = countOf(who) + 1;
      if (buckets.size >= mostRemembered) buckets.clear();
      buckets.set(who, { count, atMs: now() });
    },
    forgive: (who) => void buckets.delete(who),
  };
}
