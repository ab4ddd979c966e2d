import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import type { ServingPolicy } from '../../../contracts/serving.ts';
import { fileChampions, startApi, type TestApi } from '../../../test/support/api.ts';
import { type JsonRow, type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';

interface Entry {
  row: number;
  id?: string;
  value?: number;
  flags?: object;
  error?: { code: string; field: string; message: string };
}
interface Answer {
  pipeline: string;
  predictions: Entry[];
  counts: { answered: number; refused: number };
}

let model: SteelModel;
const open: TestApi[] = [];
const number = 'Lagging_Current_Reactive.Power_kVarh';

async function apiWith(serving?: ServingPolicy): Promise<TestApi> {
  const spec: PipelineSpec = { ...model.version.spec, serving };
  const api = await startApi({ source: fileChampions({ ...model, version: { ...model.version, spec } }) });
  open.push(api);
  return api;
}
const post = async (api: TestApi, path: string, body: unknown) => {
  const response = await api.app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
};
const without = (row: JsonRow, name: string): JsonRow =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));

beforeAll(async () => {
  model = await trainSteelModel({ rows: 600, trees: 8, depth: 3 });
  expect(model.version.spec.inputs).toContain(number);
});
afterAll(() => Promise.all(open.map((api) => api.close())));

describe('/predict/batch', () => {
  it('answers the good rows as /predict does and says of each other what is wrong, in order', async () => {
    const api = await apiWith();
    const [a, b, c] = model.rows;
    const rows = [a, { ...b, [number]: 'much' }, c, null, { ...a, Load_Type: 'Huge' }];
    const { status, body } = await post(api, '/predict/batch', { rows });
    expect(status).toBe(200);
    expect(body.pipeline).toBe('steel-energy');
    expect(body.counts).toEqual({ answered: 2, refused: 3 });
    expect(body.predictions.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
    const alone = await post(api, '/predict', [a, c]);
    expect([body.predictions[0].value, body.predictions[2].value]).toEqual(
      alone.body.predictions.map(({ value }) => value),
    );
    expect(body.predictions.map(({ error }) => error?.field)).toEqual([
      undefined,
      number,
      undefined,
      'row',
      'Load_Type',
    ]);
    expect(new Set(body.predictions.flatMap(({ id = [] }) => id)).size).toBe(2);
  });

  it('takes ten thousand rows, all of them bad too', async () => {
    const api = await apiWith();
    const rows = Array.from({ length: 10_000 }, (_, at) => ({ ...model.rows[at % 600], Load_Type: at }));
    const { body } = await post(api, '/predict/batch', { rows });
    expect(body.counts).toEqual({ answered: 0, refused: 10_000 });
    const tooMany = await post(api, '/predict/batch', { rows: [...rows, {}] });
    expect(tooMany.status).toBe(400);
  });

  it('pins a version', async () => {
    const api = await apiWith();
    const rows = model.rows.slice(0, 2);
    const { body } = await post(api, '/predict/batch', { rows, version: '1.0.0', pipeline: 'steel-energy' });
    expect(body.counts.answered).toBe(2);
    expect((await post(api, '/predict/batch', { rows, version: '7.0.0' })).status).toBe(503);
    expect((await post(api, '/predict/batch', { rows, pipeline: 'none' })).status).toBe(404);
  });
});

describe("a pipeline's policy for missing and unseen values", () => {
  const [missing, unseen] = ['missing', 'unseen'];
  const asked = () => [
    without(model.rows[0], number),
    { ...model.rows[1], [number]: null, Load_Type: 'Huge' },
    model.rows[2],
  ];

  it('refuses both where it says nothing', async () => {
    const { body } = await post(await apiWith(), '/predict/batch', { rows: asked() });
    expect(body.predictions.map(({ error }) => error?.field)).toEqual([number, number, undefined]);
  });

  it('lets the model impute, and flags it where asked to', async () => {
    const imputing = await post(await apiWith({ missing: 'impute', unseen: 'impute' }), '/predict', asked());
    expect(imputing.status).toBe(200);
    expect(imputing.body.predictions.map(({ flags }) => flags)).toEqual([undefined, undefined, undefined]);
    const flagging = await post(await apiWith({ missing: 'flag', unseen: 'flag' }), '/predict', asked());
    expect(flagging.body.predictions.map(({ flags }) => flags)).toEqual([
      { [missing]: [number] },
      { [missing]: [number], [unseen]: ['Load_Type'] },
      undefined,
    ]);
    expect(flagging.body.predictions.map(({ value }) => value)).toEqual(
      imputing.body.predictions.map(({ value }) => value),
    );
    expect(flagging.body.predictions.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  it('treats the two apart', async () => {
    const api = await apiWith({ missing: 'refuse', unseen: 'flag' });
    const { body } = await post(api, '/predict/batch', {
      rows: [...asked(), { ...model.rows[1], Load_Type: 'Huge' }],
    });
    expect(body.predictions.map(({ error, flags }) => error?.field ?? flags)).toEqual([
      number,
      number,
      undefined,
      { unseen: ['Load_Type'] },
    ]);
  });
});

it('/analyze refuses what it cannot gather before it asks the database', async () => {
  const api = await apiWith();
  const ask = async (change: object) => {
    const body = { from: '2026-05-01T00:00:00Z', to: '2026-05-02T00:00:00Z', ...change };
    return (await post(api, '/analyze', body)).status;
  };
  expect(await ask({ to: '2026-05-01T00:00:00Z' })).toBe(422);
  expect(await ask({ to: '2036-05-01T00:00:00Z' })).toBe(422);
  expect(await ask({ by: { column: "x' or 1=1" } })).toBe(422);
  expect(await ask({ by: { shift: { startsAt: '25:00', hours: 8 } } })).toBe(400);
  expect(await ask({ pipeline: 'none' })).toBe(404);
  expect(await ask({ by: 'day' })).toBe(503);
});
