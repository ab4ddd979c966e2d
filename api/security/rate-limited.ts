import { RelevoError } from '../../contracts/errors.ts';

/** Too many requests, with the headers that say when to come back. */
export class RateLimited extends RelevoError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    message: string,
    details: { field: string; expected?: string },
    headers: Record<string, string> & { 'retry-after': string },
  ) {
    super('RATE_LIMITED', message, { ...details, remedy: `Wait ${headers['retry-after']} s.` });
    this.headers = headers;
  }
}

const wholeSeconds = (waitMs: number): string => String(Math.max(1, Math.ceil(waitMs / 1000)));

/** The bucket of a key or an address is empty. */
export function tooManyRequests(whose: 'key' | 'address', perSecond: number, waitMs: number): RateLimited {
  const seconds = wholeSeconds(waitMs);
  const expected = `at most ${perSecond} requests a second; rows in batches`;
  return new RateLimited(
    `This ${whose} sends more requests than it may.`,
    { field: whose, expected },
    {
      'retry-after': seconds,
      'ratelimit-limit': String(perSecond),
      'ratelimit-remaining': '0',
      'ratelimit-reset': seconds,
    },
  );
}

/**
 * RATE_LIMITED, for an address or a name that sends wrong credentials; `retry-after` is in whole seconds, at least 1.
 */
export const tooManyFailures = (waitMs: number): RateLimited =>
  new RateLimited(
    'Too many wrong credentials came from here.',
    { field: 'authorization' },
    { 'retry-after': wholeSeconds(waitMs) },
  );
