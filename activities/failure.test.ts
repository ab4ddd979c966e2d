import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RelevoError } from '../contracts/errors.ts';
import { toFailure, withTypedFailures } from './failure.ts';

const thrownBy = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('toFailure', () => {
  it('carries code, details and whether a retry can help', () => {
    const failure = toFailure(
      new RelevoError('SOURCE_TRUNCATED', 'cut', { where: 'line 7', value: Number.NaN }),
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      message: 'cut',
      type: 'SOURCE_TRUNCATED',
      nonRetryable: true,
      details: [{ where: 'line 7', value: 'NaN' }],
    });
    expect(toFailure(new RelevoError('SOURCE_UNAVAILABLE', 'away'))).toMatchObject({ nonRetryable: false });
  });

  it('takes an error that is not ours for INTERNAL and lets it be tried again', () => {
    const expected = { type: 'INTERNAL', nonRetryable: false };
    expect(toFailure(new Error('the disk is busy'))).toMatchObject({
      ...expected,
      message: 'the disk is busy',
    });
    const network = new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    expect(toFailure(network)).toMatchObject(expected);
  });

  it('does not try a fault of the program again', () => {
    expect(toFailure(new TypeError('x is undefined'))).toMatchObject({
      type: 'INTERNAL',
      nonRetryable: true,
      message: 'x is undefined',
    });
    const { error } = z.object({ rows: z.number() }).safeParse({});
    expect(toFailure(error)).toMatchObject({ type: 'INTERNAL', nonRetryable: true });
  });
});

describe('withTypedFailures', () => {
  it('answers a cancellation as cancelled, not as a failure', async () => {
    const environment = new MockActivityEnvironment();
    const { wait } = withTypedFailures({
      wait: async () => {
        environment.cancel();
        throw new RelevoError('CANCELLED', 'the fit stopped');
      },
    });
    expect(await thrownBy(environment.run(wait))).toBeInstanceOf(CancelledFailure);
  });

  it('keeps a failure of its own while the activity is not cancelled', async () => {
    const { wait } = withTypedFailures({
      wait: async () => {
        throw new RelevoError('CANCELLED', 'somebody else gave up');
      },
    });
    expect(await thrownBy(new MockActivityEnvironment().run(wait))).toMatchObject({ type: 'CANCELLED' });
  });
});
