import { setTimeout as sleep } from 'node:timers/promises';
import type { BucketRate } from '../../../registry/access/types.ts';

/** What is left of a bucket after a token was taken from it. */
export interface Allowance {
  /** Whole tokens that are left, here and in the shared bucket as far as is known. */
  remaining: number;
}
/** An empty bucket: how long until it has a token again. */
export interface Denial {
  waitMs: number;
}

/** Takes up to `wanted` tokens from the shared bucket. */
export type Lease = (wanted: number) => Promise<{ taken: number; left: number }>;

/** The database has this long to lease tokens, and is left alone as long after it has failed. */
const leaseTimeoutMs = 250;
const awayMs = 5_000;
/** A lease is a tenth of a second's tokens: ten queries a second for a bucket in full use, whatever its rate. */
const leaseShare = 0.1;
const largestLease = 1_000;

export interface LeasedBucket {
  /** Takes a token: at once as long as there are leased ones, else after a lease. */
  take(): Allowance | Denial | Promise<Allowance | Denial>;
  readonly usedAtMs: number;
}

/**
 * A token bucket (RFC 2697's, with one rate) of which a process holds a few tokens at a time, so that all processes
 * together keep to the rate and yet no request waits for the database. While that is away, the process fills a bucket
 * of its own at the whole rate: better too many than none.
 */
export function createLeasedBucket(rate: BucketRate, lease: Lease, now = Date.now): LeasedBucket {
  const leaseSize = Math.min(largestLease, Math.max(1, Math.ceil(rate.perSecond * leaseShare)));
  let tokens = 0;
  let shared = rate.burst;
  let emptyUntilMs = 0;
  let awayUntilMs = 0;
  let filledAtMs = now();
  let usedAtMs = now();
  let leasing: Promise<void> | undefined;

  const fillHere = (): void => {
    const atMs = now();
    // What was known to be in the shared bucket is taken for this process's own.
    tokens = Math.min(rate.burst, tokens + shared + ((atMs - filledAtMs) / 1000) * rate.perSecond);
    filledAtMs = atMs;
    shared = 0;
    if (tokens < 1) emptyUntilMs = atMs + ((1 - tokens) / rate.perSecond) * 1000;
  };
  const fetchMore = async (): Promise<void> => {
    const late = sleep(leaseTimeoutMs, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('late')),
    );
    const { taken, left } = await Promise.race([lease(leaseSize), late]);
    tokens += taken;
    shared = left;
    filledAtMs = now();
    if (taken === 0) emptyUntilMs = now() + ((1 - left) / rate.perSecond) * 1000;
  };
  const more = (): Promise<void> => {
    leasing ??= fetchMore()
      .catch(() => {
        awayUntilMs = now() + awayMs;
        fillHere();
      })
      .finally(() => {
        leasing = undefined;
      });
    return leasing;
  };
  const spend = (): Allowance => {
    tokens--;
    return { remaining: Math.floor(tokens + shared) };
  };
  const denial = (): Denial => ({ waitMs: Math.max(1, emptyUntilMs - now()) });

  const take = (): Allowance | Denial | Promise<Allowance | Denial> => {
    usedAtMs = now();
    const isAway = usedAtMs < awayUntilMs;
    if (isAway) fillHere();
    if (tokens >= 1) {
      if (!isAway && tokens - 1 < leaseSize / 2 && usedAtMs >= emptyUntilMs) void more();
      return spend();
    }
    if (isAway || usedAtMs < emptyUntilMs) return denial();
    return more().then(() => (tokens >= 1 ? spend() : usedAtMs < emptyUntilMs ? denial() : take()));
  };
  return {
    take,
    get usedAtMs() {
      return usedAtMs;
    },
  };
}
