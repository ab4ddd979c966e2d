import { describe, expect, it } from 'vitest';
import { contestPolicySchema } from '../../contracts/contest.ts';
import { rule, type Standing } from './rules.ts';

const policy = contestPolicySchema.parse({
  stages: ['shadow', 'canary'],
  shadow: { requests: 100 },
  canary: { outcomesPerStep: 50 },
  watch: { hours: 2, outcomes: 80 },
});
const counts = { requests: 400, answered: 20, outcomes: 300 };
const standing = (change: Partial<Standing> = {}): Standing => ({
  stage: 'canary',
  isLast: false,
  hoursLeft: 20,
  hoursPassed: 4,
  now: counts,
  before: { requests: 0, answered: 0, outcomes: 200 },
  test: { pairs: 300, mean: -0.02, variance: 0.2, low: -0.1, high: 0.06 },
  meanDifference: -0.02,
  ...change,
});
const better = { pairs: 300, mean: -0.2, variance: 0.2, low: -0.3, high: -0.1 };
const worse = { pairs: 300, mean: 0.2, variance: 0.2, low: 0.1, high: 0.3 };
const decide = (change: Partial<Standing> = {}) => rule(standing(change), policy).decision;

describe('a canary', () => {
  it('goes on to its next step with rows enough and nothing against it', () => {
    expect(decide()).toBe('pass');
    expect(decide({ before: { ...counts, outcomes: 251 } })).toBe('wait');
    expect(decide({ meanDifference: 0.001 })).toBe('wait');
  });

  it('ends as champion only where it is shown better, also by the rare large errors', () => {
    expect(decide({ isLast: true })).toBe('wait');
    expect(decide({ isLast: true, test: better, meanDifference: -0.2 })).toBe('pass');
    expect(decide({ isLast: true, test: better, meanDifference: 0.1 })).toBe('wait');
    expect(decide({ isLast: true, test: better, before: counts })).toBe('wait');
  });

  it('stops as soon as it is shown worse, whatever the step has seen', () => {
    expect(rule(standing({ test: worse, before: counts }), policy)).toMatchObject({
      decision: 'fail',
      reason: 'shown worse than the champion on 300 rows',
    });
  });

  it('stops when its time is over, or cannot suffice any more', () => {
    expect(decide({ isLast: true, hoursLeft: 0 })).toBe('fail');
    const slow = { isLast: true, test: { ...better, mean: 0, low: -0.05, high: 0.05 }, meanDifference: 0 };
    expect(decide({ ...slow, hoursLeft: 100 })).toBe('wait');
    expect(decide({ ...slow, hoursLeft: 1 })).toBe('fail');
    const many = { pairs: 50_000, mean: -0.001, variance: 0.2, low: -0.004, high: 0.002 };
    expect(decide({ isLast: true, test: many })).toBe('fail');
  });

  it('of a model that answers as the champion does not wait for ever', () => {
    const same = { pairs: 300, mean: 0, variance: 0, low: -0.01, high: 0.01 };
    expect(decide({ isLast: true, test: same, meanDifference: 0 })).toBe('fail');
  });
});

describe('a shadow', () => {
  it('ends with its requests, or without them in time', () => {
    expect(decide({ stage: 'shadow', before: { ...counts, requests: 300 } })).toBe('pass');
    expect(decide({ stage: 'shadow', before: { ...counts, requests: 301 } })).toBe('wait');
    expect(decide({ stage: 'shadow', before: counts, hoursLeft: -1 })).toBe('fail');
    expect(decide({ stage: 'shadow', test: worse })).toBe('fail');
  });
});

describe('a watch', () => {
  it('takes back what is shown worse, and ends well otherwise', () => {
    expect(decide({ stage: 'watch', test: worse })).toBe('fail');
    expect(decide({ stage: 'watch' })).toBe('wait');
    expect(decide({ stage: 'watch', hoursLeft: 0 })).toBe('pass');
    expect(decide({ stage: 'watch', test: better, meanDifference: -0.2 })).toBe('pass');
    expect(decide({ stage: 'watch', test: { ...better, pairs: 79 }, meanDifference: -0.2 })).toBe('wait');
  });
});
