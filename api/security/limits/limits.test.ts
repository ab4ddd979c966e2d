import { describe, expect, it } from 'vitest';
import { createClientAddress } from './client-address.ts';
import { createFailures } from './failures.ts';
import { createLeasedBucket, type Lease } from './leased-bucket.ts';

/** A clock that goes when it is told to. */
function clock(): { now: () => number; pass(ms: number): void } {
  let atMs = 1_000_000;
  return {
    now: () => atMs,
    pass(ms) {
      atMs += ms;
    },
  };
}
const away: Lease = () => Promise.reject(new Error('away'));

describe('a leased bucket', () => {
  it('takes from leased tokens at once and never gives more than were leased', async () => {
    let left = 20;
    const lease: Lease = async (wanted) => {
      const taken = Math.min(wanted, left);
      left -= taken;
      return { taken, left };
    };
    const bucket = createLeasedBucket({ perSecond: 40, burst: 20 }, lease, clock().now);
    const taken: unknown[] = [];
    for (let i = 0; i < 30; i++) taken.push(await bucket.take());
    expect(taken.filter((outcome) => Object.hasOwn(outcome as object, 'remaining'))).toHaveLength(20);
    expect(taken.at(-1)).toMatchObject({ waitMs: expect.any(Number) });
  });

  it('is synchronous while it holds tokens', async () => {
    const lease: Lease = async (wanted) => ({ taken: wanted, left: 1_000 });
    const bucket = createLeasedBucket({ perSecond: 1_000, burst: 2_000 }, lease, clock().now);
    expect(bucket.take()).toBeInstanceOf(Promise);
    await bucket.take();
    expect(bucket.take()).toMatchObject({ remaining: expect.any(Number) });
  });

  it('keeps to the rate by itself while the database is away', async () => {
    const time = clock();
    const bucket = createLeasedBucket({ perSecond: 10, burst: 20 }, away, time.now);
    const takeAll = async (): Promise<number> => {
      let count = 0;
      while (!('waitMs' in (await bucket.take()))) count++;
      return count;
    };
    expect(await takeAll()).toBe(20);
    time.pass(500);
    expect(await takeAll()).toBe(5);
    expect(await bucket.take()).toEqual({ waitMs: expect.closeTo(100, 0) });
  });
});

describe('wrong credentials', () => {
  it('are slowed down after some, and forgotten one by one', () => {
    const time = clock();
    const failures = createFailures(3, time.now);
    for (let i = 0; i < 3; i++) {
      failures.demandPatience('here');
      failures.failed('here');
    }
    expect(() => failures.demandPatience('here')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    failures.demandPatience('elsewhere');
    time.pass(6_000);
    failures.demandPatience('here');
    failures.failed('here');
    expect(() => failures.demandPatience('here')).toThrow();
    failures.forgive('here');
    failures.demandPatience('here');
  });
});

describe('whose request it is', () => {
  const of = (proxies: string[], remoteAddress: string, forwarded?: string): string =>
    createClientAddress(proxies)({
      ...{ method: 'GET', path: '/', remoteAddress },
      headers: { 'x-forwarded-for': forwarded },
    });

  it.each([
    [[], '203.0.113.9', '10.0.0.1', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    [['10.0.0.0/8'], '203.0.113.9', '6.6.6.6', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', 'nonsense', '10.0.0.1'],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [[], '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ])('with proxies %j, from %s for %s: %s', (proxies, remote, forwarded, expected) =>
    expect(of(proxies, remote, forwarded)).toBe(expected),
  );
});
