import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../../test/support/steel-model.ts';
import { createClient } from './index.ts';

let api: TestApi;
let model: SteelModel;

beforeAll(async () => {
  model = await trainSteelModel({ rows: 300, trees: 5, depth: 3 });
  api = await startApi({ source: fileChampions(model) });
});
afterAll(() => api.close());

it('asks the API by its routes, with what they take and answer as types', async () => {
  const client = createClient(api.url, { key: 'unread where everybody is let in' });
  const answer = await client.predict.$post({ json: model.rows.slice(0, 2) });
  const { predictions } = await answer.json();
  expectTypeOf(predictions[0].value).toEqualTypeOf<number | undefined>();
  expect(predictions.map(({ modelVersion }) => modelVersion)).toEqual(['1.0.0', '1.0.0']);

  const named = await client.v1.pipelines[':pipeline'].predict.$post({
    param: { pipeline: 'steel-energy' },
    json: model.rows[0],
  });
  expect((await named.json()).predictions[0].value).toBe(predictions[0].value);

  const info = await client.model.info.$get({ query: {} });
  if (info.status !== 200) throw new Error(`status ${info.status}`);
  expect((await info.json()).pipeline).toBe('steel-energy');
  const health = await (await client.health.$get()).json();
  expect(health.status).toBe('ok');
});
