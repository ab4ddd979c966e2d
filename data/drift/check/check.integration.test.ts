import { afterAll, expect, test } from 'vitest';
import { columnDriftSchema, driftPolicySchema } from '../../../contracts/drift.ts';
import { closePool } from '../../../threads/pool.ts';
import { category, number, numbersOf } from './fixture.ts';
import { type CheckInput, checkColumns, prepareReference } from './index.ts';

afterAll(closePool);

const policy = driftPolicySchema.parse({});
const labels = ['a', 'b', 'c', 'd'];
const shares = [0.4, 0.3, 0.2, 0.1];

/** Twenty columns whose sides come from one source. */
function calmColumns(seed: number, reference: number, current: number) {
  const { normals, codes } = numbersOf(seed);
  return Array.from({ length: 20 }, (_, i) =>
    i < 15
      ? number(`n${i}`, normals(reference), normals(current))
      : category(`c${i}`, labels, codes(reference, shares), codes(current, shares)),
  );
}
const check = (columns: CheckInput['columns'], rows: number, more: Partial<CheckInput> = {}) =>
  checkColumns({
    columns,
    policy,
    rowIds: Float64Array.from({ length: rows }, (_, row) => 1_000 + row),
    history: {},
    ...more,
  });

test('no alarm in sixty checks of twenty columns without drift, independent or alike', async () => {
  const alarms = { independent: 0, alike: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const { verdict } = await check(calmColumns(seed, 1_000, 500), 500);
    expect(verdict).not.toBe('insufficient_data');
    alarms.independent += Number(verdict === 'drift');
    const { correlated } = numbersOf(seed);
    const columns = Array.from({ length: 20 }, (_, i) =>
      number(`n${i}`, correlated(3_000, 0.9), correlated(800, 0.9)),
    );
    alarms.alike += Number((await check(columns, 800)).verdict === 'drift');
  }
  expect(alarms).toEqual({ independent: 0, alike: 0 });
});

test('drifts of stated size are found in their column alone, and since when', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const columns = calmColumns(seed, 10_000, 2_000);
    const { codes } = numbersOf(seed + 500);
    const [shifted, wider, late, mixed] = [columns[0], columns[1], columns[2], columns[19]];
    const moved = (values: typeof shifted.current, change: (value: number, row: number) => number) =>
      values instanceof Float64Array ? values.map(change) : values;
    shifted.current = moved(shifted.current, (value) => value + 0.3);
    wider.current = moved(wider.current, (value) => 1.5 * value);
    late.current = moved(late.current, (value, row) => (row < 1_000 ? value : value + 0.8));
    mixed.current = { labels, codes: codes(2_000, [0.25, 0.3, 0.2, 0.25]) };
    const result = await check(columns, 2_000);
    const drifted = result.columns.filter(({ verdict }) => verdict === 'drift');
    expect(drifted.map(({ column }) => column)).toEqual(['n0', 'n1', 'n2', 'c19']);
    expect(Math.abs((drifted[2].sinceRowId ?? 0) - 2_000)).toBeLessThan(60);
    expect(result).toMatchObject({ verdict: 'drift', kind: 'covariate', shape: 'abrupt' });
    for (const column of result.columns) columnDriftSchema.parse(column);
  }
});

test('columns as views, readers and prepared references give the same', async () => {
  const plain = calmColumns(9, 800, 400);
  const views = plain.map((pair) => {
    const { reference, current } = pair;
    if (!(reference instanceof Float64Array && current instanceof Float64Array)) return pair;
    const both = Float64Array.from([...reference, ...current]);
    return { ...pair, reference: both.subarray(0, 800), current: both.subarray(800) };
  });
  const prepared = await Promise.all(
    plain.map(async (pair) =>
      'prepared' in pair.reference ? pair : { ...pair, reference: await prepareReference(pair.reference) },
    ),
  );
  const wanted = await check(plain, 400);
  expect(await check(views, 400)).toEqual(wanted);
  expect(await check(prepared, 400)).toEqual(wanted);
  expect(
    await check(
      plain.map((pair) => async () => pair),
      400,
    ),
  ).toEqual(wanted);
  expect(JSON.parse(JSON.stringify(wanted))).toEqual(wanted);
});

test('the check goes on from its memory, and a rise of the loss is split', async () => {
  const { normals } = numbersOf(5);
  const [reference, current] = [normals(2_000), normals(1_000).map((value) => value + 1)];
  const loss = (x: Float64Array) => x.map(Math.abs);
  const input = number('x', reference, current);
  const residual = { ...number('residual', reference, current), role: 'residual' as const };
  const losses = {
    reference: { loss: loss(reference), inputs: { x: reference } },
    current: { loss: loss(current), inputs: { x: current } },
  };
  const first = await check([input, residual], 1_000, { losses });
  expect(first).toMatchObject({
    kind: 'covariate',
    history: { 'input:x': [true], 'residual:residual': [true] },
  });
  expect(first.lossChange?.covariate).toBeGreaterThan(0.7 * (first.lossChange?.total ?? 1));
  expect(first.attribution[0]).toMatchObject({ column: 'x' });
  expect(first.attribution[0].share).toBeGreaterThan(0.7);
  const { history, online } = first;
  const second = await check([input, residual], 1_000, { losses, history, online });
  expect(second.history['input:x']).toEqual([true, true]);
});

test('a check is cancelled at once', async () => {
  const controller = new AbortController();
  const { normals } = numbersOf(1);
  const columns = Array.from({ length: 12 }, (_, i) => number(`n${i}`, normals(200_000), normals(1_000)));
  const running = checkColumns(
    { columns, policy, rowIds: new Float64Array(1_000), history: {} },
    controller.signal,
  );
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
});
