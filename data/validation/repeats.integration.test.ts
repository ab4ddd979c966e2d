import { expect, it } from 'vitest';
import { clean, meter, meterRow, meterRows } from '../ingest/fixture.ts';

const inputs = ['volts', 'shift'];
const spec = meter({
  identities: [],
  expectations: [
    { kind: 'unique', columns: ['at', 'volts', 'amps', 'watts', 'shift'], severity: 'warn' },
    { kind: 'contradiction', columns: inputs, column: 'watts' },
  ],
});
const same = (minute: number, watts: string) => meterRow(minute, { volts: '110.0', amps: '', watts });

it('repeats that are only said stay, across chunks and batches', async () => {
  const lines = [...meterRows(4), meterRow(1), meterRow(2)];
  const first = await clean(lines, { spec, chunkRows: 3 });
  expect(first).toMatchObject({ rowsAdded: 6, rowsQuarantined: 0 });
  expect(first.warnings[0]).toBe('unique: 2 of 6 rows repeat an earlier one, expected none');
  const knownParts = first.parts.map(({ path }) => path);
  const second = await clean([meterRow(0)], { spec, knownParts, firstRowId: 6 });
  expect(second.warnings[0]).toBe('unique: 3 of 7 rows repeat an earlier one, expected none');
});

it('counts the groups of equal rows that differ in one column', async () => {
  const lines = [
    same(0, '500'),
    same(1, '500'),
    same(2, '700'),
    meterRow(3, { volts: '120.0', watts: '600' }),
  ];
  const result = await clean(lines, { spec });
  expect(result.warnings).toEqual([
    'contradiction:watts: 1 groups of equal rows (3 rows) with different watts, expected none',
  ]);
  const agreeing = await clean([same(0, '500'), same(1, '500')], { spec });
  expect(agreeing.warnings).toEqual([]);
});

it('a contradiction that must not be stops the batch', async () => {
  const strict = meter({
    identities: [],
    expectations: [{ kind: 'contradiction', columns: inputs, column: 'watts', severity: 'stop' }],
  });
  await expect(clean([same(0, '500'), same(1, '700')], { spec: strict })).rejects.toMatchObject({
    code: 'EXPECTATION_STOPPED',
    details: { field: 'contradiction:watts' },
  });
});
