import { describe, expect, it } from 'vitest';
import { ambiguityOf, cleanRowsOf } from './rows.ts';
import { overFolds } from './search.ts';

describe('rows that repeat and contradict', () => {
  it('are counted, and bound the accuracy', () => {
    const inputs = [['a'], ['a'], ['a'], ['b'], ['b'], ['c']];
    const targets = ['x', 'x', 'y', 'x', 'x', 'y'];
    expect(ambiguityOf(inputs, targets)).toEqual({
      rows: 6,
      repeats: 2,
      contradictions: { groups: 1, rows: 3 },
      highestAccuracy: 5 / 6,
    });
  });

  it('keeps cells apart that only look alike when joined', () => {
    const inputs = [
      ['a,', 'b'],
      ['a', ',b'],
    ];
    expect(ambiguityOf(inputs, ['x', 'y']).contradictions).toEqual({ groups: 0, rows: 0 });
  });
});

describe('dirty rows beside clean ones', () => {
  const clean = [
    ['a', '1'],
    ['b', '2'],
    ['a', '1'],
    ['c', '3'],
  ];

  it('finds rows in order, whatever they lack, and passes over those that are gone', () => {
    const dirty = [
      ['a', '1'],
      ['a', ''],
      ['c', '3'],
    ];
    expect([...cleanRowsOf(dirty, clean)]).toEqual([0, 2, 3]);
  });

  it('takes what comes after the last for repeats', () => {
    const dirty = [...clean, ['b', ''], ['d', '4']];
    expect([...cleanRowsOf(dirty, clean)]).toEqual([0, 1, 2, 3, 1, -1]);
  });
});

it('the standard error is that of a mean of folds', () => {
  const { mean, standardError } = overFolds([1, 2, 3, 4]);
  expect(mean).toBe(2.5);
  expect(standardError).toBeCloseTo(Math.sqrt(5 / 3) / 2, 12);
});
