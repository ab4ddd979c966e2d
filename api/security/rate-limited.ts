import { RelevoError } from '../../contracts/errors.ts';

/** An empty bucket, with the headers that say how large it is and when it has a token again. */
export class RateLimited extends RelevoError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(whose: 'key' | 'address', limitPerSecond: number, waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    super('RATE_LIMITED', `This ${whose} may send ${limitPerSecond} requests a second, and sends more.`, {
      field: whose,
      expected: `at most ${limitPerSecond} requests a second`,
      remedy: `Wait ${seconds} s; send rows in batches.`,
    });
    this.headers = {
      'retry-after': String(seconds),
      'ratelimit-limit': String(limitPerSecond),
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(seconds),
    };
  }
}
