import { describe, expect, it } from 'vitest';
import { oreOfPlant, plant } from '../../test/plant.ts';
import { tellingEvidence } from './evidence.ts';
import { servedOf } from './served.ts';

describe('answers that clients had, with what turned out', () => {
  it('are numbers beside numbers; outcomes that are none are left out', () => {
    const rows = [
      { outcome: 3, actual: 10, values: [12] },
      { outcome: 5, actual: 'broken', values: [1] },
      { outcome: 8, actual: '7.5', values: [7] },
    ];
    const { loss, outcomes, scored, until } = servedOf(plant({ rounds: 1, trials: 0 }), { rows, until: 9 });
    expect([[...loss], [...outcomes], [...scored.actual], until]).toEqual([[2, 0.5], [3, 8], [10, 7.5], 9]);
    expect(scored.predictions).toEqual({ values: Float64Array.of(12, 7), outputs: 1 });
  });

  it('are classes by what was decided; other names and answers of another width are left out', () => {
    const rows = [
      { outcome: 1, actual: 'oxide', values: [0.7, 0.3] },
      { outcome: 2, actual: 'oxide', values: [0.4, 0.6] },
      { outcome: 4, actual: 'granite', values: [0.4, 0.6] },
      { outcome: 6, actual: 'sulphide', values: [1] },
    ];
    expect([...servedOf(oreOfPlant(), { rows, until: 6 }).loss]).toEqual([0, 1]);
    expect([...servedOf(oreOfPlant(), { rows, until: 6 }, [1, 5]).loss]).toEqual([1, 1]);
    expect(servedOf(oreOfPlant(), { rows: [], until: 0 }).loss).toHaveLength(0);
  });
});

it('what alarms counts before what is calm, and what is known before what is not', () => {
  const heldOut = Float64Array.of(1, 1);
  const unknown = { alarms: [], heldOut, streamed: Float64Array.of(Number.NaN) };
  const calm = { alarms: [], heldOut, streamed: Float64Array.of(1) };
  const better = { alarms: [4], heldOut, streamed: Float64Array.of(0.1) };
  const worse = { alarms: [4], heldOut, streamed: Float64Array.of(3) };
  expect(tellingEvidence([unknown, calm])).toBe(calm);
  expect(tellingEvidence([calm, worse])).toBe(worse);
  expect(tellingEvidence([calm, better])).toBe(calm);
  expect(tellingEvidence([unknown])).toBe(unknown);
  expect(tellingEvidence([])).toBeUndefined();
});
