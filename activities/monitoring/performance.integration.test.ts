import { afterAll, expect, it } from 'vitest';
import { closePool } from '../../models/pool.ts';
import { seededRandom } from '../../models/random.ts';
import { plant } from '../../test/plant.ts';
import { chanceOfWorse, performanceOf } from './performance.ts';

afterAll(() => closePool());
const spec = plant({ rounds: 1, trials: 0 });
const { signal } = new AbortController();

/** Answers that miss by normal errors of the given deviation. */
function scored(rows: number, deviation: number, seed: number) {
  const random = seededRandom(seed, 'scored');
  const actual = Float64Array.from({ length: rows }, () => 100 + 10 * random.normal());
  const values = actual.map((value) => value + deviation * random.normal());
  return { actual, predictions: { values, outputs: 1 } };
}
const heldOut = scored(800, 1, 0);

it('hundreds of checks in which nothing changes tell of no worse champion', async () => {
  let online: unknown;
  const told: number[] = [];
  for (let check = 1; check <= 300; check++) {
    const current = scored(100, 1, 1_000 + check);
    const found = await performanceOf(spec, { heldOut, current, labelled: 1 }, { online, signal });
    online = JSON.parse(JSON.stringify(found.online));
    if (found.isWorse) told.push(check);
  }
  expect(told).toEqual([]);
  expect(online).toMatchObject({ tests: 300, rejected: 0 });
});

it('tells of a worse one after however many calm checks, and remembers what it has spent', async () => {
  let online: unknown;
  for (let check = 1; check <= 20; check++)
    ({ online } = await performanceOf(
      spec,
      { heldOut, current: scored(200, 1, check), labelled: 1 },
      { online, signal },
    ));
  const worse = await performanceOf(
    spec,
    { heldOut, current: scored(200, 1.4, 99), labelled: 1 },
    { online, signal },
  );
  expect(worse).toMatchObject({ isWorse: true, online: { tests: 21, rejected: 1 } });
  const better = await performanceOf(
    spec,
    { heldOut, current: scored(200, 0.6, 99), labelled: 1 },
    { online, signal },
  );
  expect(better.isWorse).toBe(false);
});

it('says nothing of a few rows, and spends nothing on them', async () => {
  const current = scored(19, 9, 1);
  expect(
    await performanceOf(spec, { heldOut, current, labelled: 1 }, { online: undefined, signal }),
  ).toMatchObject({
    report: { current: null },
    isWorse: false,
    online: undefined,
  });
});

it('reads the sides of the intervals that face each other', () => {
  const at = (value: number, low: number, high: number) => ({ value, low, high });
  const [before, now] = [at(1, 0.5, 1.1), at(1.3, 1.2, 9)];
  expect(chanceOfWorse('rmse', before, now)).toBeLessThan(1e-4);
  expect(chanceOfWorse('accuracy', now, before)).toBe(chanceOfWorse('rmse', before, now));
  expect(chanceOfWorse('rmse', now, before)).toBeGreaterThan(0.5);
  expect(chanceOfWorse('rmse', at(0, 0, 0), at(0, 0, 0))).toBe(1);
  expect(chanceOfWorse('rmse', at(0, 0, 0), at(1, 1, 1))).toBe(0);
});
