import { describe, expect, it } from 'vitest';
import { judge } from './contest.ts';

const policy = { marginPercent: 1, confidence: 0.95, resamples: 2000 };

describe('judge', () => {
  it('promotes where the whole interval clears the margin', () => {
    expect(judge({ value: 3, low: 1, high: 5 }, 'rmse', policy).promoted).toBe(true);
    expect(judge({ value: 3, low: 0.99, high: 5 }, 'rmse', policy).promoted).toBe(false);
  });

  it('never promotes an equal model, even without a margin', () => {
    const equal = judge({ value: 0, low: 0, high: 0 }, 'rmse', { ...policy, marginPercent: 0 });
    expect(equal.promoted).toBe(false);
    expect(equal.reason).toContain('0.00 %');
  });

  it('names the guardrails that a better model breaks, and does not promote it', () => {
    const guardrails = [
      { name: 'size', passed: true, value: 2, limit: 20 },
      { name: 'recall', passed: false, value: 0.1234567, limit: 0.05, worst: 'theft' },
    ];
    const found = judge({ value: 3, low: 2, high: 5 }, 'rmse', policy, guardrails);
    expect(found.promoted).toBe(false);
    expect(found.reason).toMatch(
      /^better than the champion: .*; breaks recall \(theft\) 0\.123, limit 0\.05$/,
    );
  });

  it('says the figures and their interval', () => {
    expect(judge({ value: -2.5, low: -4, high: 0.25 }, 'mae', policy).reason).toBe(
      'not shown to be better than the champion: mae -2.50 % (95 % interval -4.00 % to +0.25 %), margin 1 %',
    );
  });
});
