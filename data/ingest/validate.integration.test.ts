import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { col } from '../../contracts/expression.ts';
import { readFrame } from '../datasets.ts';
import { clean, meter, meterRow, meterRows, readParquet } from './fixture.ts';

const repairs = async (path: string | undefined) =>
  readParquet(path, '_line, "column", old_value, new_value, rule');
const quarantined = async (path: string | undefined) =>
  readParquet(path, `_line, _rule, array_to_string(_cells, ',') AS cells, volts, amps, watts`);
const digest = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
/** Twenty good rows with some of them replaced. */
const rowsWith = (replaced: Record<number, string>) => meterRows(20).map((line, k) => replaced[k] ?? line);

describe('validateBatch', () => {
  it('adds good rows typed, with ids that go on from the first', async () => {
    const result = await clean(meterRows(20), { firstRowId: 100 });
    expect(result).toMatchObject({ rowsRead: 20, rowsAdded: 20, rowsRepaired: 0, rowsQuarantined: 0 });
    expect(result.parts).toMatchObject([{ rows: 20, firstRowId: 100 }]);
    const frame = await readFrame([result.parts[0].path], meter());
    expect([...frame.rowIds]).toEqual(Array.from({ length: 20 }, (_, k) => 100 + k));
    expect(frame.columns.at).toMatchObject({ kind: 'number' });
    expect(frame.columns.shift).toMatchObject({ kind: 'text', dictionary: ['Day', 'Night'] });
  });

  it('reads stray spaces and case, and says what is missing, unreadable or out of range', async () => {
    const result = await clean(
      rowsWith({
        3: meterRow(3, { volts: ' 230.0 ', shift: ' dAY ' }),
        5: meterRow(5, { volts: 'N/A' }),
        6: meterRow(6, { volts: 'inf' }),
        7: meterRow(7, { volts: '1_000' }),
        8: meterRow(8, { volts: '5000' }),
        9: meterRow(9, { volts: '-999' }),
        10: meterRow(10, { shift: 'Evening' }),
      }),
    );
    expect(result.rowsAdded).toBe(20);
    expect(result.repairedByRule).toEqual({
      'missing:volts': 2,
      'unreadable:volts': 2,
      'range:volts': 1,
      'unreadable:shift': 1,
    });
    expect(await repairs(result.repairs?.path)).toContainEqual({
      _line: 10,
      column: 'volts',
      old_value: '5000',
      new_value: expect.stringMatching(/^2(29|30)/),
      rule: 'range:volts',
    });
  });

  it('blames the reading that disagrees with its neighbours, and repairs it from the others', async () => {
    const result = await clean(
      rowsWith({ 8: meterRow(8, { volts: '460.0' }), 12: meterRow(12, { watts: '9999' }) }),
    );
    const found = await repairs(result.repairs?.path);
    expect(found).toMatchObject([
      { _line: 10, column: 'volts', old_value: '460.0', rule: 'identity:ohm' },
      { _line: 14, column: 'watts', old_value: '9999', rule: 'identity:ohm' },
    ]);
    expect(Number(found[0].new_value)).toBeCloseTo(230, 0);
    expect(Number(found[1].new_value)).toBeCloseTo(230 * 5.5, -1);
  });

  it('a row whose target was repaired, or whose input came from the target, is for training only', async () => {
    const result = await clean(
      rowsWith({
        4: meterRow(4, { watts: '' }),
        6: meterRow(6, { volts: '' }),
        8: meterRow(8, { shift: '' }),
      }),
    );
    const frame = await readFrame(
      result.parts.map(({ path }) => path),
      meter(),
      { columns: ['watts'] },
    );
    const flags = frame.columns._trainOnly;
    expect(
      flags.kind === 'number' && [...flags.values].flatMap((flag, k) => (flag === 1 ? [k] : [])),
    ).toEqual([4, 6]);
  });

  it('quarantines what the others do not determine, with every cell as it came', async () => {
    const result = await clean(
      rowsWith({ 4: meterRow(4, { watts: '?', amps: '' }), 6: meterRow(6, { volts: 'n/a', amps: '101' }) }),
    );
    expect(result.quarantinedByRule).toEqual({ 'missing:volts': 1, 'unreadable:watts': 1 });
    expect(await quarantined(result.quarantine?.path)).toEqual([
      { _line: 6, _rule: 'unreadable:watts', cells: 'watts', volts: '230.0', amps: null, watts: '?' },
      { _line: 8, _rule: 'missing:volts', cells: 'amps', volts: 'n/a', amps: '101', watts: '1288' },
    ]);
  });

  it('cannot tell which of two equally trusted readings is wrong where no neighbour helps', async () => {
    const spec = meter({ sequence: undefined });
    const result = await clean(rowsWith({ 8: meterRow(8, { watts: '2000' }) }), { spec });
    expect(result.quarantinedByRule).toEqual({ ambiguous: 1 });
    const [row] = await readParquet(result.quarantine?.path, '_reason');
    expect(row._reason).toMatch(/ohm.*volts or watts/);
  });

  it('fills a missing timestamp where both neighbours agree, or one side with the identities', async () => {
    const result = await clean(
      rowsWith({ 0: meterRow(0, { at: '' }), 7: meterRow(7, { at: 'soon' }), 8: meterRow(8, { at: '' }) }),
    );
    expect(result.repairedByRule).toEqual({ 'missing:at': 2, 'unreadable:at': 1 });
    expect((await repairs(result.repairs?.path)).map(({ new_value }) => new_value)).toEqual([
      '2026-03-02T10:00:00',
      '2026-03-02T10:07:00',
      '2026-03-02T10:08:00',
    ]);
  });

  it('does not believe a one-sided timestamp that an identity contradicts', async () => {
    const result = await clean(rowsWith({ 0: meterRow(0, { at: '', shift: 'Night' }) }));
    expect(result.quarantinedByRule).toEqual({ 'missing:at': 1 });
  });

  it('keeps the first of repeated keys, across chunks too', async () => {
    const lines = [...meterRows(30), meterRow(3), meterRow(29, { volts: '' })];
    const result = await clean(lines, { chunkRows: 7 });
    expect(result).toMatchObject({ rowsRead: 32, rowsAdded: 30, quarantinedByRule: { unique: 2 } });
    const ids = result.parts.map(({ firstRowId, rows }) => [firstRowId, rows]);
    expect(ids).toEqual([
      [0, 7],
      [7, 7],
      [14, 7],
      [21, 7],
      [28, 2],
    ]);
  });

  it('a row that breaks another rule is no first occurrence', async () => {
    const result = await clean([meterRow(0, { watts: '', amps: '' }), ...meterRows(20)]);
    expect(result).toMatchObject({ rowsAdded: 20, quarantinedByRule: { 'missing:watts': 1 } });
  });

  it('adds nothing when the same rows come again', async () => {
    const lines = rowsWith({ 5: meterRow(5, { volts: '' }), 9: meterRow(9, { at: '' }) });
    const first = await clean(lines);
    const again = await clean(lines, { knownParts: first.parts.map(({ path }) => path), firstRowId: 20 });
    expect(again).toMatchObject({ rowsRead: 20, rowsAdded: 0, parts: [], quarantinedByRule: { unique: 20 } });
  });

  it('gives the same bytes for the same rows', async () => {
    const lines = rowsWith({ 5: meterRow(5, { volts: '' }), 8: meterRow(8, { volts: '460.0' }), 9: ',,,,,' });
    const [one, other] = [await clean(lines), await clean(lines)];
    expect(await digest(one.parts[0].path)).toBe(await digest(other.parts[0].path));
    expect(await digest(one.quarantine?.path ?? '')).toBe(await digest(other.quarantine?.path ?? ''));
    expect(await digest(one.repairs?.path ?? '')).toBe(await digest(other.repairs?.path ?? ''));
  });

  it('loses nothing: what was read was added or quarantined', async () => {
    const lines = meterRows(200).map((line, k) =>
      k % 9 === 0 ? line.replace(/,\d+/, ',x') : k % 13 === 0 ? ',,,,,' : line,
    );
    const { rowsRead, rowsAdded, rowsQuarantined } = await clean(lines, { chunkRows: 50 });
    expect(rowsRead).toBe(200);
    expect(rowsAdded + rowsQuarantined).toBe(200);
  });

  it('names the columns that the header lacks or has too many of', async () => {
    const spec = meter({ columns: { ...meter().columns, ohms: { kind: 'number' } } });
    await expect(clean(meterRows(2), { spec })).rejects.toMatchObject({
      code: 'SOURCE_HEADER_CHANGED',
      message: expect.stringContaining('missing ohms'),
    });
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const work = clean(meterRows(600), { signal: controller.signal, chunkRows: 10 });
    setTimeout(() => controller.abort(), 50);
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('expectations', () => {
  const judge = (
    expectation: NonNullable<Parameters<typeof meter>[0]>['expectations'],
    lines = meterRows(20),
  ) => clean(lines, { spec: meter({ expectations: expectation }) });
  const half = rowsWith(Object.fromEntries([1, 2, 3, 4, 5].map((k) => [k, meterRow(k, { volts: '' })])));

  it('warns of a share of missing cells, as they arrived', async () => {
    const { warnings } = await judge([{ kind: 'nullShare', column: 'volts', atMost: 0.1 }], half);
    expect(warnings).toEqual(['nullShare:volts: 5 of 20 rows (25.00 %), expected at most 10.00 %']);
  });

  it.each([
    [{ kind: 'nullShare', column: 'volts', atMost: 0.1, severity: 'stop' } as const, 'nullShare:volts'],
    [{ kind: 'rowCount', atLeast: 21 } as const, 'rowCount'],
    [{ kind: 'rowCount', atMost: 19 } as const, 'rowCount'],
    [{ kind: 'freshness', column: 'at', maxAgeHours: 1e-6, severity: 'stop' } as const, 'freshness:at'],
    [{ kind: 'monotonic', column: 'at', severity: 'stop' } as const, 'monotonic:at'],
    [
      { kind: 'holds', name: 'cool', expression: col('amps').lessThan(5.3), severity: 'stop' } as const,
      'holds:cool',
    ],
  ])('stops the batch: %j', async (expectation, field) => {
    const lines = [...half.slice(0, 18), half[19], half[18]];
    await expect(judge([expectation], lines)).rejects.toMatchObject({
      code: 'EXPECTATION_STOPPED',
      details: { field, expected: expect.anything(), value: expect.anything() },
    });
  });

  it('quarantines rows for which a condition does not hold, and rows that go back in time', async () => {
    const lines = [...meterRows(20).slice(0, 18), meterRow(19), meterRow(18)];
    const { quarantinedByRule } = await judge(
      [
        { kind: 'holds', name: 'cool', expression: col('amps').lessThan(5.6) },
        { kind: 'monotonic', column: 'at', severity: 'quarantine' },
      ],
      lines,
    );
    expect(quarantinedByRule).toEqual({ 'holds:cool': 2, 'monotonic:at': 1 });
  });
});
