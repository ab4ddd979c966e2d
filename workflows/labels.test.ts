import { expect, it } from 'vitest';
import { count, duration, figure } from './labels.ts';

it('groups thousands', () => {
  expect([0, 999, 1000, 35_040, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '35,040', '1,234,567']);
});

it('keeps four significant digits', () => {
  expect([0.0670312, 12.34567, 35_040.4].map(figure)).toEqual(['0.06703', '12.35', '35040']);
});

it('says durations in the unit that fits', () => {
  expect([0, 999, 1000, 59_940, 59_960, 245_000, 299_600].map(duration)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 min 0 s',
    '4 min 5 s',
    '5 min 0 s',
  ]);
});
