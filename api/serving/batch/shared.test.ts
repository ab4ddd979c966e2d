import { beforeEach, describe, expect, it } from 'vitest';
import type { Columns } from '../../../inference/columns.ts';
import type { InferenceModel } from '../../../inference/session.ts';
import { type Helper, leastShared, sharedWith } from './shared.ts';

/** Says of each row twice its number, and which class and interval that is. */
function answerOf({ x }: Columns) {
  const prediction = Array.from<string | number>(x).map((value) => 2 * Number(value));
  return {
    prediction: Float64Array.from(prediction),
    width: 1,
    label: prediction.map(String),
    interval: Float64Array.from(prediction.flatMap((value) => [value - 1, value + 1])),
  };
}
let asked: { here: number[]; there: number[] };
let helperState: 'open' | 'closed' | 'broken' | 'ended';
let released: boolean;

const model: InferenceModel = {
  inputs: [{ name: 'x', kind: 'number' }],
  outputs: { label: true, interval: true },
  async answer(columns, rows) {
    asked.here.push(rows);
    return answerOf(columns);
  },
  async predict(columns, rows) {
    asked.here.push(rows);
    return answerOf(columns).prediction;
  },
  async release() {
    released = true;
  },
};
const helper: Helper = {
  warm: () => helperState !== 'closed',
  async ask(columns, rows) {
    asked.there.push(rows);
    if (helperState === 'broken') throw new Error('its model cannot be opened');
    const { prediction, width, label, interval } = answerOf(columns);
    return { values: prediction, width, labels: label, interval };
  },
  close() {
    helperState = 'ended';
  },
};
const numbered = (rows: number): Columns => ({ x: Float64Array.from({ length: rows }, (_, row) => row) });

beforeEach(() => {
  [asked, helperState, released] = [{ here: [], there: [] }, 'open', false];
});

describe('a model that shares its rows', () => {
  it('has the later half answered by the helper, in the order of the rows', async () => {
    const rows = leastShared + 1;
    const answer = await sharedWith(helper, model).answer(numbered(rows), rows);
    expect(asked).toEqual({ here: [1_025], there: [1_024] });
    expect(answer).toEqual(answerOf(numbered(rows)));
    expect(await sharedWith(helper, model).predict(numbered(rows), rows)).toEqual(answer.prediction);
  });

  it.each([
    ['few rows', 'open', leastShared - 1],
    ['a helper that is not open yet', 'closed', leastShared],
  ] as const)('answers alone with %s', async (_, state, rows) => {
    helperState = state;
    await sharedWith(helper, model).predict(numbered(rows), rows);
    expect(asked).toEqual({ here: [rows], there: [] });
  });

  it('answers what a helper could not', async () => {
    helperState = 'broken';
    const answered = await sharedWith(helper, model).predict(numbered(4_000), 4_000);
    expect(asked).toEqual({ here: [2_000, 2_000], there: [2_000] });
    expect(answered).toEqual(answerOf(numbered(4_000)).prediction);
  });

  it('ends its helper', async () => {
    await sharedWith(helper, model).release();
    expect([helperState, released]).toEqual(['ended', true]);
  });
});
