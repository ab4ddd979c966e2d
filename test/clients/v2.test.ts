import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../support/api.ts';
import { type SteelModel, trainSteelModel } from '../support/steel-model.ts';
import { runPython } from './run-python.ts';

let api: TestApi;
let model: SteelModel;
/** What `/predict` says of the rows that the clients ask about. */
let expected: number[];
const asked = 25;

beforeAll(async () => {
  model = await trainSteelModel({ rows: 300, trees: 20, depth: 4 });
  api = await startApi({ source: fileChampions(model) });
  const response = await fetch(`${api.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(model.rows.slice(0, asked)),
  });
  const { predictions } = (await response.json()) as { predictions: { value: number }[] };
  expected = predictions.map(({ value }) => value);
});
afterAll(() => api.close());

const question = () => ({
  url: api.url,
  model: 'steel-energy',
  columns: model.version.spec.inputs.map((name) => ({ name, kind: model.version.spec.columns[name].kind })),
  rows: model.rows.slice(0, asked),
});

it('tritonclient[http], with its default binary tensors and without', async () => {
  interface Said {
    live: boolean;
    ready: boolean;
    modelReady: boolean;
    versionReady: boolean;
    metadata: { inputs: { name: string }[] };
    requestId: string;
    predictions: Record<string, number[]>;
    ids: string[];
    refused: string;
  }
  const requirements = ['tritonclient[http]==2.73.0', 'numpy==2.4.6'];
  const said = await runPython<Said>('v2_triton.py', requirements, question());
  expect(said).toMatchObject({
    ...{ live: true, ready: true, modelReady: true, versionReady: true },
    requestId: 'triton-1',
    refused: expect.stringContaining('PIPELINE_NOT_FOUND'),
  });
  expect(said.metadata.inputs.map(({ name }) => name)).toEqual(model.version.spec.inputs);
  for (const [way, values] of Object.entries(said.predictions)) expect(values, way).toEqual(expected);
  expect(new Set(said.ids).size).toBe(asked);
});

it("the KServe SDK's inference client", async () => {
  interface Said {
    live: boolean;
    ready: boolean;
    modelReady: boolean;
    predictions: Record<string, number[]>;
    refused: string;
  }
  const said = await runPython<Said>('v2_kserve.py', ['kserve==0.21.0', 'numpy==2.4.6'], question());
  expect(said).toMatchObject({ live: true, ready: true, modelReady: true });
  for (const [way, values] of Object.entries(said.predictions)) expect(values, way).toEqual(expected);
  expect(said.refused).toMatch(/PIPELINE_NOT_FOUND.*404/);
});
