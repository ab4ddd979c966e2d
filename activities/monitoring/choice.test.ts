import { describe, expect, it } from 'vitest';
import { type DriftPolicy, driftPolicySchema } from '../../contracts/drift.ts';
import type { Part } from '../../contracts/refs.ts';
import type { MonitorState } from '../../registry/types.ts';
import { type ChoiceInput, chooseRows } from './choice.ts';
import type { Judged } from './judged.ts';

const part = (firstRowId: number, rows: number): Part => ({
  artifact: { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'x', name: 'part' },
  rows,
  firstRowId,
});
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

const memory = (comparedRowId: number | null, streamedRowId: number | null): MonitorState => ({
  lineage: 'one',
  modelVersion: '1.0.0',
  comparedRowId,
  streamedRowId,
  history: {},
  online: null,
  streams: [],
  volumes: [],
});

/** The champion learned rows 0..79, was judged on 80..99; the data has 150 rows, one an hour. */
const choose = (drift: Partial<DriftPolicy> = {}, change: Partial<ChoiceInput> = {}) =>
  chooseRows({
    spec: { drift: { ...driftPolicySchema.parse({}), ...drift }, seed: 1 },
    parts: [part(0, 100), part(100, 50)],
    lineage: 'one',
    champion: {
      parts: [part(0, 100)],
      lineage: 'one',
      split: { train: range(0, 60), validation: range(60, 80), test: range(80, 100) },
    },
    memory: undefined,
    times: async () => ({
      rowIds: Float64Array.from(range(0, 150)),
      times: Float64Array.from(range(0, 150), (hour) => hour * 3_600),
    }),
    ...change,
  });

describe('rows of a check', () => {
  it('are those that the champion has not seen, against those that it learned and those that it was judged on', async () => {
    const choice = await choose();
    expect([...choice.current]).toEqual(range(100, 150));
    expect([...choice.fresh]).toEqual(range(100, 150));
    expect([...choice.streamed]).toEqual(range(100, 150));
    expect([...choice.reference.rowIds]).toEqual(range(0, 60));
    expect([...choice.heldOut.rowIds]).toEqual(range(80, 100));
    expect(choice.sampled).toBe(false);
  });

  it('go on where the last check stopped; streams may be further than comparisons', async () => {
    const choice = await choose({}, { memory: memory(120, 140) });
    expect([...choice.current]).toEqual(range(121, 150));
    expect([...choice.streamed]).toEqual(range(141, 150));
  });

  it('of a dataset that started over are all of it', async () => {
    const choice = await choose({}, { lineage: 'two', memory: memory(120, 140) });
    expect([...choice.current]).toEqual(range(0, 150));
    expect([...choice.fresh]).toEqual(range(0, 150));
    expect([...choice.reference.rowIds]).toEqual(range(0, 60));
  });

  it('of tables that were read anew are those that are later, and a check of the same goes on from the last', async () => {
    const reread = { lineage: 'two', later: Float64Array.from(range(110, 150)) };
    const first = await choose({}, { ...reread, memory: memory(120, 140) });
    for (const rows of [first.current, first.fresh, first.streamed])
      expect([...rows]).toEqual(range(110, 150));
    expect([...first.reference.rowIds]).toEqual(range(0, 60));
    const again = await choose({}, { ...reread, memory: { ...memory(130, 140), lineage: 'two' } });
    expect([...again.current]).toEqual(range(131, 150));
    expect([...again.streamed]).toEqual(range(141, 150));
    const last = await choose({ current: { kind: 'rows', rows: 60 } }, reread);
    expect([last.current.length, last.fresh.length]).toEqual([60, 40]);
  });

  it('of tables that were read anew without a time tell nothing of the champion’s errors', async () => {
    const choice = await choose({}, { lineage: 'two', later: 'unknown' });
    expect([...choice.current]).toEqual(range(0, 150));
    expect([choice.fresh.length, choice.streamed.length]).toEqual([0, 0]);
  });

  it('that the champion has learned meanwhile are no evidence of its errors', async () => {
    const learned = { train: range(0, 110), validation: [], test: range(110, 130) };
    const champion = { parts: [part(0, 100), part(100, 30)], lineage: 'one', split: learned };
    const choice = await choose({}, { champion, memory: memory(99, 99) });
    expect([...choice.current]).toEqual(range(100, 150));
    expect([...choice.fresh]).toEqual(range(130, 150));
    expect([...choice.streamed]).toEqual(range(130, 150));
    expect([...choice.reference.rowIds]).toEqual(range(0, 100));
    expect([...choice.heldOut.rowIds]).toEqual([]);
  });

  it('are compared with those on which a champion that came back won its place, where the dataset has enough of them', async () => {
    const parts = [part(0, 400)];
    const won = async (judged: Judged, current?: DriftPolicy['current']) => {
      const split = { train: range(0, 60), validation: range(60, 80), test: range(80, 100) };
      const champion = { parts: [part(0, 100)], lineage: 'one', split, judged };
      const change = { parts, champion, memory: memory(319, 319) };
      return await choose(current ? { current } : {}, change);
    };
    const { heldOut } = await won({ lineage: 'one', rowIds: range(220, 320) });
    expect(heldOut).toEqual({ parts, rowIds: Float64Array.from(range(220, 320)) });
    const overlapping = await won({ lineage: 'one', rowIds: range(220, 320) }, { kind: 'rows', rows: 120 });
    expect([...overlapping.heldOut.rowIds]).toEqual(range(220, 280));
    for (const judged of [
      { lineage: 'two', rowIds: range(220, 320) },
      { lineage: 'one', rowIds: range(271, 320) },
    ])
      expect([...(await won(judged)).heldOut.rowIds]).toEqual(range(80, 100));
  });

  it('may be the last ones, or those of the last hours', async () => {
    expect([...(await choose({ current: { kind: 'rows', rows: 20 } })).current]).toEqual(range(130, 150));
    const hours = await choose({ current: { kind: 'hours', by: 'date', hours: 6 } });
    expect([...hours.current]).toEqual(range(144, 150));
  });

  it('may be compared with the rows before them, or the same hours of the weeks before', async () => {
    const before = await choose({ reference: { kind: 'window', rows: 100 } });
    expect([...before.reference.rowIds]).toEqual(range(0, 100));
    const parts = [part(0, 400)];
    const champion = { parts, lineage: 'one', split: { train: range(0, 380), validation: [], test: [] } };
    const times = async () => ({
      rowIds: Float64Array.from(range(0, 400)),
      times: Float64Array.from(range(0, 400), (hour) => hour * 3_600),
    });
    const same = await choose(
      {
        reference: { kind: 'same-hours', by: 'date', weeks: 2 },
        current: { kind: 'hours', by: 'date', hours: 6 },
      },
      { parts, champion, times },
    );
    expect([...same.current]).toEqual(range(394, 400));
    expect([...same.reference.rowIds]).toEqual([...range(58, 64), ...range(226, 232)]);
  });

  it('that are too many are a sample, and it is said', async () => {
    const choice = await choose({ maxRows: 30 });
    expect(choice).toMatchObject({ sampled: true });
    expect(choice.current).toHaveLength(30);
    expect(choice.reference.rowIds).toHaveLength(30);
    expect([...choice.streamed]).toEqual(range(100, 130));
  });
});
