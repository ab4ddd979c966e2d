import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RelevoError } from '../../contracts/errors.ts';
import { limits } from '../limits.ts';

/** Keeps the work that is under way within bounds. */
export interface Pressure {
  /** Takes a request in, with the length of its body as announced; why not, where there is too much already. */
  enter(bytes: number): RelevoError | undefined;
  /** Once for each that was taken in. */
  leave(bytes: number): void;
}

const lookEveryMs = 250;
/** Of the newest look: one long turn of the loop is over when it is seen, and refuses nobody. */
const newestShare = 0.2;

/** @param loopDelayMs how far the event loop is behind, on average over the last moments; measured where absent. */
export function createPressure(loopDelayMs: () => number = measuredDelay()): Pressure {
  let requests = 0;
  let bodyBytes = 0;
  return {
    enter(bytes) {
      if (requests >= limits.requestsUnderWay || bodyBytes + bytes > limits.bytesUnderWay)
        return overloaded('There is too much under way.', requests);
      if (loopDelayMs() > limits.loopDelayMs) return overloaded('The server is behind.', requests);
      requests++;
      bodyBytes += bytes;
      return undefined;
    },
    leave(bytes) {
      requests--;
      bodyBytes -= bytes;
    },
  };
}

const overloaded = (message: string, requests: number): RelevoError =>
  new RelevoError('OVERLOADED', message, {
    field: 'requests under way',
    value: requests,
    expected: `at most ${limits.requestsUnderWay} requests with ${limits.bytesUnderWay} bytes at once`,
    remedy: 'Send it again after the seconds of Retry-After.',
  });

function measuredDelay(): () => number {
  const resolutionMs = 10;
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let delayMs = 0;
  setInterval(() => {
    // Its figures are of the timer's whole period.
    const newestMs = histogram.count === 0 ? 0 : histogram.mean / 1e6 - resolutionMs;
    delayMs += newestShare * (newestMs - delayMs);
    histogram.reset();
  }, lookEveryMs).unref();
  return () => delayMs;
}
