import { describe, expect, it } from 'vitest';
import { parseTraceparent, traceparentOf } from './traceparent.ts';

const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];

describe('a traceparent', () => {
  it.each([true, false])('is read as it was written (sampled: %s)', (sampled) => {
    const place = { traceId, spanId, sampled };
    expect(parseTraceparent(traceparentOf(place))).toEqual(place);
  });

  it('may carry flags that are not known yet', () =>
    expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)?.sampled).toBe(true));

  it.each([
    undefined,
    '',
    ['00', traceId, spanId, '01'],
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId}-${spanId}`,
  ])('is none: %j', (text) => expect(parseTraceparent(text)).toBeUndefined());
});
