import type { BucketRate, BucketRegistry } from '../../../registry/access/types.ts';
import { tooManyRequests } from '../rate-limited.ts';
import { type Allowance, createLeasedBucket, type Denial, type LeasedBucket } from './leased-bucket.ts';

export type LimitHeaders = Readonly<Record<string, string>>;

export interface Limiter {
  /**
   * Takes a token; gives the headers that say how many are left.
   * @throws RateLimited, or the promise rejects with it
   */
  take(kind: 'key' | 'address', name: string, perSecond: number): LimitHeaders | Promise<LimitHeaders>;
  /** Lets go of buckets that nobody has used for a while. */
  prune(): void;
}

/** A bucket holds two seconds' tokens: clients do not come evenly. */
const burstSeconds = 2;
const idleMs = 5 * 60_000;
const mostBuckets = 100_000;

/** The bucket of a rate: it holds two seconds' tokens, rounded up, and never less than one. */
export const rateOf = (perSecond: number): BucketRate => ({
  perSecond,
  burst: Math.max(1, Math.ceil(perSecond * burstSeconds)),
});

/** Buckets by key and by address, each leased from the one that all processes share. */
export function createLimiter(registry: Pick<BucketRegistry, 'take'>): Limiter {
  const buckets = new Map<string, LeasedBucket>();

  const bucketOf = (kind: 'key' | 'address', name: string, perSecond: number): LeasedBucket => {
    const id = `${kind} ${perSecond} ${name}`;
    const found = buckets.get(id);
    if (found !== undefined) return found;
    const rate = rateOf(perSecond);
    const made = createLeasedBucket(rate, (wanted) => registry.take(kind, name, rate, wanted));
    if (buckets.size >= mostBuckets) buckets.clear();
    buckets.set(id, made);
    return made;
  };

  return {
    take(kind, name, perSecond) {
      const settle = (outcome: Allowance | Denial): LimitHeaders => {
        if ('waitMs' in outcome) throw tooManyRequests(kind, perSecond, outcome.waitMs);
        return limitHeaders(perSecond, outcome.remaining);
      };
      const outcome = bucketOf(kind, name, perSecond).take();
      return outcome instanceof Promise ? outcome.then(settle) : settle(outcome);
    },
    prune() {
      const before = Date.now() - idleMs;
      for (const [id, bucket] of buckets) if (bucket.usedAtMs < before) buckets.delete(id);
    },
  };
}

/** The headers of the IETF's draft `ratelimit-headers` (03): how much, how much is left, seconds until all is. */
function limitHeaders(perSecond: number, remaining: number): LimitHeaders {
  const { burst } = rateOf(perSecond);
  return {
    'ratelimit-limit': String(perSecond),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.max(0, Math.ceil((burst - remaining) / perSecond))),
  };
}
