import { describe, expect, it } from 'vitest';
import { type ContestSetup, pairedRows } from './pairs.ts';

const setup = (change: Partial<ContestSetup>): ContestSetup => ({
  challenger: '1.1.0',
  champion: '1.0.0',
  metric: 'mae',
  loss: { kind: 'absolute' },
  scale: 2,
  classes: [],
  decisionWeights: {},
  rows: 100,
  ...change,
});
const pair = (actual: string | number, champion: number[], challenger: number[]) => ({
  id: `${actual}`,
  actual,
  champion,
  challenger,
});

describe('pairedRows', () => {
  it('cuts differences off at the scale, and keeps the mean as it is', () => {
    const found = pairedRows(setup({}), [pair(10, [11], [10.5]), pair('10', [10], [19])]);
    expect([...found.differences]).toEqual([-0.25, 1]);
    expect(found.mean).toBe((-0.5 + 9) / 2);
  });

  it('judges a class by the answer that was given, with the weights that decide it', () => {
    const classes = ['off', 'on'];
    const loss = { kind: 'zeroOne' as const, classes: 2, weights: [1, 0.5] };
    const told = [pair('on', [0.6, 0.4], [0.4, 0.6]), pair('off', [0.6, 0.4], [0.4, 0.6])];
    const plain = pairedRows(setup({ classes, loss, scale: 1 }), told);
    expect([...plain.differences]).toEqual([-0.5, 1]);
    const weighted = setup({ classes, loss, scale: 1, decisionWeights: { champion: [0.5, 1] } });
    expect([...pairedRows(weighted, told).differences]).toEqual([0, 0]);
  });

  it('leaves out what is no answer to the question', () => {
    const classes = ['off', 'on'];
    const brier = setup({ classes, loss: { kind: 'brier', classes: 2 }, scale: 1 });
    const told = [pair('broken', [1, 0], [0, 1]), pair('on', [1, 0], [0, 1])];
    expect([...pairedRows(brier, told).differences]).toEqual([-1]);
    expect(pairedRows(setup({}), [pair('n/a', [1], [2])])).toEqual({
      differences: new Float64Array(0),
      mean: 0,
    });
  });
});
