import { afterAll, expect, it } from 'vitest';
import type { Frame } from '../../contracts/frame.ts';
import { closePool } from '../../models/pool.ts';
import { seededRandom } from '../../models/random.ts';
import { oreOfPlant, plant } from '../../test/plant.ts';
import type { Answers } from './answers.ts';
import { estimateUnlabelled } from './estimate.ts';

afterAll(closePool);

const { signal } = new AbortController();
const rows = 6_000;

/** Rows whose loss grows with the feed, and what a champion would say of them. */
function side(
  seed: number,
  known: boolean,
  width = 1,
): { frame: Frame; answers: Answers; losses: Float64Array } {
  const random = seededRandom(seed, 'estimate');
  const feed = Float64Array.from({ length: rows }, () => (known ? random.next() : Math.sqrt(random.next())));
  const losses = feed.map((value) => 1 + 2 * value + 0.1 * random.normal());
  const right = Float64Array.from({ length: rows }, () => 0.5 + 0.5 * random.next());
  const values =
    width === 1
      ? losses
      : Float64Array.from({ length: 2 * rows }, (_, at) => (at % 2 ? 1 - right[at >> 1] : right[at >> 1]));
  const actual = right.map((probability) => Number(random.next() >= probability));
  const loss = known ? (width === 1 ? losses : actual) : new Float64Array(rows).fill(Number.NaN);
  const predictions = { values, outputs: width };
  const frame: Frame = {
    rows,
    rowIds: Float64Array.from(feed, (_, at) => at),
    columns: { feed: { kind: 'number', values: feed } },
  };
  const scored = { actual: known ? actual : new Float64Array(0), predictions };
  return {
    frame,
    losses: width === 1 ? losses : actual,
    answers: { prediction: values, residual: loss, loss, scored, predictions },
  };
}

it('estimates the error of a regression from inputs that cost more of it', async () => {
  const spec = { ...plant({ rounds: 1, trials: 0 }), metric: 'mae' as const, inputs: ['feed'] };
  const [heldOut, current] = [side(1, true), side(2, false)];
  const actual = current.losses.reduce((sum, loss) => sum + loss, 0) / rows;
  const estimated = await estimateUnlabelled(spec, { heldOut, current }, signal);
  expect(Math.abs((estimated?.value ?? 0) - actual)).toBeLessThan(0.05);
  expect(estimated?.low).toBeLessThan(estimated?.value ?? 0);
});

it('estimates the accuracy of a classification from its probabilities', async () => {
  const spec = { ...oreOfPlant(), metric: 'accuracy' as const };
  const [heldOut, current] = [side(3, true, 2), side(4, false, 2)];
  const actual = 1 - current.losses.reduce((sum, loss) => sum + loss, 0) / rows;
  const estimated = await estimateUnlabelled(spec, { heldOut, current }, signal);
  expect(Math.abs((estimated?.value ?? 0) - 0.75)).toBeLessThan(0.01);
  expect(Math.abs((estimated?.value ?? 0) - actual)).toBeLessThan(0.02);
  expect((estimated?.high ?? 0) - (estimated?.low ?? 0)).toBeLessThan(0.03);
});

it('estimates nothing where all is known, or the metric does not follow from probabilities', async () => {
  const known = side(5, true, 2);
  expect(await estimateUnlabelled(oreOfPlant(), { heldOut: known, current: known }, signal)).toBeUndefined();
  const spec = { ...oreOfPlant(), metric: 'rocAuc' as const };
  expect(
    await estimateUnlabelled(spec, { heldOut: known, current: side(6, false, 2) }, signal),
  ).toBeUndefined();
});
