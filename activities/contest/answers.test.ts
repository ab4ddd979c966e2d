import { describe, expect, it } from 'vitest';
import { plant } from '../../test/plant.ts';
import { incomparable, schemaChange } from './answers.ts';

const spec = plant({ rounds: 1, trials: 0 });
const { ore, feed } = spec.columns;
const empty = { rows: 0, rowIds: new Float64Array(0), columns: {} };

describe('a challenger whose clients would have to change', () => {
  it('is one with new inputs, without old ones, or with other kinds or values', () => {
    expect(schemaChange(spec, spec)).toBeUndefined();
    expect(schemaChange({ ...spec, inputs: spec.inputs.toReversed() }, spec)).toBeUndefined();
    const wider = { ...spec, inputs: [...spec.inputs, 'power'] };
    expect(schemaChange(wider, spec)).toBe(
      "its inputs are not the champion's (new: power): a person promotes it once clients send them",
    );
    expect(schemaChange(spec, wider)).toContain('(gone: power)');
    if (ore.kind !== 'category') throw new Error('the ore is a category');
    const finer = { ...spec.columns, ore: { ...ore, values: ['oxide', 'sulphide', 'mixed'] } };
    expect(schemaChange({ ...spec, columns: finer }, spec)).toContain(
      'ore is one of oxide, sulphide, mixed and was one of oxide, sulphide',
    );
    const { speed: _, ...others } = spec.columns;
    const typed = { ...others, speed: { ...ore, values: ['slow', 'fast'] } };
    expect(schemaChange({ ...spec, columns: typed }, spec)).toContain(
      'speed is one of slow, fast and was a number',
    );
  });

  it('is not one whose other columns have changed', () => {
    const limited = { ...spec.columns, feed: { ...feed, max: 500 }, note: { kind: 'ignored' as const } };
    expect(schemaChange({ ...spec, columns: limited }, spec)).toBeUndefined();
  });
});

it('a champion that the rows cannot be given to, or that answers another question, is not compared with', () => {
  expect(incomparable(spec, spec, empty)).toBe(
    'the champion needs columns that are gone: feed, speed, hardness, ore',
  );
  const columns = Object.fromEntries(
    spec.inputs.map((name) => [name, { kind: 'number' as const, values: new Float64Array(0) }]),
  );
  expect(incomparable(spec, spec, { ...empty, columns })).toBeUndefined();
  expect(incomparable(spec, { ...spec, target: 'feed' }, { ...empty, columns })).toBe(
    'the champion answers another question',
  );
});
