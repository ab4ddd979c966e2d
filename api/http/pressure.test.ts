import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { createPressure } from './pressure.ts';

describe('pressure', () => {
  it('lets in as many requests as are allowed at once, and another for each that leaves', () => {
    const pressure = createPressure(() => 0);
    for (let i = 0; i < limits.requestsUnderWay; i++) expect(pressure.enter(10)).toBeUndefined();
    expect(pressure.enter(10)).toMatchObject({ code: 'OVERLOADED', status: 503, retryable: true });
    pressure.leave(10);
    expect(pressure.enter(10)).toBeUndefined();
    expect(pressure.enter(10)).toMatchObject({ code: 'OVERLOADED' });
  });

  it('lets in no more bytes than are allowed at once', () => {
    const pressure = createPressure(() => 0);
    const half = limits.bytesUnderWay / 2;
    expect(pressure.enter(half)).toBeUndefined();
    expect(pressure.enter(half + 1)).toMatchObject({ code: 'OVERLOADED' });
    expect(pressure.enter(half)).toBeUndefined();
    pressure.leave(half);
    expect(pressure.enter(half)).toBeUndefined();
  });

  it('lets in nobody while the event loop is behind', () => {
    let delayMs = limits.loopDelayMs + 1;
    const pressure = createPressure(() => delayMs);
    expect(pressure.enter(0)).toMatchObject({ code: 'OVERLOADED' });
    delayMs = 0;
    expect(pressure.enter(0)).toBeUndefined();
  });
});
