import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../../../test/support/api.ts';
import { type SteelModel, trainSteelModel } from '../../../test/support/steel-model.ts';
import { doublesToBytes, textsToBytes } from './datatypes.ts';

interface Tensor {
  name: string;
  shape: number[];
  datatype: string;
  data: (string | number)[];
  parameters?: Record<string, unknown>;
}
interface Answer {
  model_name: string;
  model_version: string;
  id: string;
  outputs: Tensor[];
}

let api: TestApi;
let model: SteelModel;
let expected: number[];

const infer = '/v2/models/steel-energy/infer';
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  api.app.request(path, { method: 'POST', headers, body });
const postJson = (body: unknown, path = infer) => post(path, JSON.stringify(body));
const bodyOf = async <T>(response: Response | Promise<Response>): Promise<T> =>
  (await (await response).json()) as T;
const errorOf = async (response: Response | Promise<Response>): Promise<[number, string]> => {
  const { status } = await response;
  return [status, (await bodyOf<{ error: string }>(response)).error];
};

/** Rows as one tensor per column. */
function tensors(rows: SteelModel['rows']): Tensor[] {
  const { inputs, columns } = model.version.spec;
  return inputs.map((name) => ({
    name,
    shape: [rows.length, 1],
    datatype: columns[name].kind === 'number' ? 'FP64' : 'BYTES',
    data: rows.map((row) => row[name]),
  }));
}
/** The same with the cells behind the JSON. */
function binary(inputs: Tensor[], rest: object = {}): { body: Buffer; headers: Record<string, string> } {
  const tails = inputs.map(({ datatype, data }) =>
    datatype === 'BYTES' ? textsToBytes(data as string[]) : doublesToBytes(data as number[]),
  );
  const json = Buffer.from(
    JSON.stringify({
      ...rest,
      inputs: inputs.map(({ data: _, ...tensor }, at) => ({
        ...tensor,
        parameters: { binary_data_size: tails[at].length },
      })),
    }),
  );
  return {
    body: Buffer.concat([json, ...tails]),
    headers: { 'inference-header-content-length': String(json.length) },
  };
}

beforeAll(async () => {
  model = await trainSteelModel({ rows: 300, trees: 8, depth: 3 });
  api = await startApi({ source: fileChampions(model) });
  const rows = model.rows.slice(0, 3);
  const { predictions } = await bodyOf<{ predictions: { value: number }[] }>(
    api.app.request('/predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rows),
    }),
  );
  expected = predictions.map(({ value }) => value);
});
afterAll(() => api.close());

describe('inference', () => {
  it('answers what /predict answers, and echoes the id', async () => {
    const inputs = tensors(model.rows.slice(0, 3));
    const answer = await bodyOf<Answer>(postJson({ id: 'shift-7', inputs }));
    expect(answer).toMatchObject({ model_name: 'steel-energy', model_version: '1.0.0', id: 'shift-7' });
    expect(answer.outputs[0]).toEqual({
      name: 'prediction',
      datatype: 'FP64',
      shape: [3, 1],
      data: expected,
    });
  });

  it('reads binary tensors and writes them where they are asked for', async () => {
    const { body, headers } = binary(tensors(model.rows.slice(0, 3)), {
      outputs: [{ name: 'prediction', parameters: { binary_data: true } }, { name: 'model_version' }],
    });
    const response = await post(infer, new Uint8Array(body), headers);
    const bytes = Buffer.from(await response.arrayBuffer());
    const jsonBytes = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(bytes.subarray(0, jsonBytes).toString()) as Answer;
    expect(outputs[0]).toEqual({
      name: 'prediction',
      datatype: 'FP64',
      shape: [3, 1],
      parameters: { binary_data_size: 24 },
    });
    expect(outputs[1].data).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(bytes.subarray(jsonBytes)).toEqual(doublesToBytes(expected));
  });

  it('reads a compressed body', async () => {
    const { body, headers } = binary(tensors(model.rows.slice(0, 3)));
    const response = post(infer, new Uint8Array(gzipSync(body)), { ...headers, 'content-encoding': 'gzip' });
    expect((await bodyOf<Answer>(response)).outputs[0].data).toEqual(expected);
  });

  it('pins a version, and knows none that is not there', async () => {
    const inputs = tensors(model.rows.slice(0, 1));
    const path = (version: string) => `/v2/models/steel-energy/versions/${version}/infer`;
    expect((await bodyOf<Answer>(postJson({ inputs }, path('1.0.0')))).model_version).toBe('1.0.0');
    // The registry of this test is away: what it has cannot be known.
    expect((await postJson({ inputs }, path('9.9.9'))).status).toBe(503);
    expect((await postJson({ inputs }, path('latest'))).status).toBe(404);
  });
});

describe('what it refuses', () => {
  const [one] = [1];
  const cases: [string, (inputs: Tensor[]) => unknown, number, RegExp][] = [
    [
      'an unknown input',
      ([a, ...rest]) => [{ ...a, name: 'Lagging' }, ...rest],
      422,
      /has no input "Lagging"/,
    ],
    ['an input of the prototype', ([a]) => [{ ...a, name: '__proto__' }], 422, /has no input "__proto__"/],
    ['a missing column', (inputs) => inputs.slice(1), 422, /ROW_INVALID: rows\[0\]/],
    ['another length', ([a, ...rest]) => [{ ...a, shape: [2, 1] }, ...rest], 422, /expected 2 elements/],
    ['a huge shape', ([a]) => [{ ...a, shape: [1e15, 1e15] }], 413, /at most 10000/],
    ['a wide shape', ([a]) => [{ ...a, shape: [one, 2 ** 53 - 1] }], 422, /elements, as the shape/],
    ['a text in a number', ([a, ...rest]) => [{ ...a, data: ['x'] }, ...rest], 422, /"data\[0\]"/],
    ['nested data that is too deep', ([a]) => [{ ...a, data: [[[[1]]]] }], 422, /"data\[0\]"/],
    ['no inputs', () => [], 400, /REQUEST_INVALID/],
    ['an unknown datatype', ([a]) => [{ ...a, datatype: 'FP8' }], 400, /one of BOOL/],
  ];
  it.each(cases)('%s', async (_, change, status, says) => {
    const [given, error] = await errorOf(postJson({ inputs: change(tensors(model.rows.slice(0, 1))) }));
    expect([given, error]).toEqual([status, expect.stringMatching(says)]);
  });

  it('lengths of binary data that lie', async () => {
    const inputs = tensors(model.rows.slice(0, 2));
    const { body, headers } = binary(inputs);
    const name = 'inference-header-content-length';
    const lies: [Buffer, string, number][] = [
      [body, '-1', 400],
      [body, String(body.length + 1), 422],
      [body, '99999999999', 400],
      [body.subarray(0, body.length - 1), headers[name], 422],
      [Buffer.concat([body, Buffer.alloc(3)]), headers[name], 422],
    ];
    for (const [bytes, length, status] of lies) {
      const response = await post(infer, new Uint8Array(bytes), { [name]: length });
      expect(response.status).toBe(status);
    }
  });

  it('bytes that hold no request: any bytes may be sent, so it is their content that is refused', async () => {
    const octets = { 'content-type': 'application/octet-stream' };
    const noTensors = '{"inputs": []}';
    const length = { 'inference-header-content-length': String(noTensors.length) };
    const bodies: [string | Uint8Array<ArrayBuffer>, Record<string, string>][] = [
      [new Uint8Array([0x19, 0xaa, 0xff]), octets],
      ['no JSON', octets],
      [noTensors, octets],
      [noTensors, length],
    ];
    for (const [body, headers] of bodies) {
      const [status, error] = await errorOf(post(infer, body, headers));
      expect(status, error).toBe(422);
      expect(error).toMatch(/REQUEST_UNPROCESSABLE: The first \d+ bytes are no request: /);
    }
  });

  it('a bomb of compressed bytes', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const response = await post(infer, new Uint8Array(bomb), { 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
  });

  it('in the form of the protocol, also where there is nothing', async () => {
    for (const path of ['/v2/models/none', '/v2/nothing', '/v2/models/steel-energy/versions/x']) {
      const response = await api.app.request(path);
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(await response.json(), path).toEqual({ error: expect.any(String) });
    }
  });
});

it('says what a model takes and answers', async () => {
  const get = async (path: string) => (await api.app.request(path)).json();
  expect(await get('/v2')).toMatchObject({ name: 'relevo', extensions: ['binary_tensor_data'] });
  expect(await get('/v2/health/live')).toEqual({ live: true });
  expect(await get('/v2/health/ready')).toEqual({ ready: true });
  expect(await get('/v2/models/steel-energy/ready')).toEqual({ name: 'steel-energy', ready: true });
  const metadata = (await get('/v2/models/steel-energy')) as { inputs: Tensor[]; outputs: Tensor[] };
  expect(metadata.inputs.map(({ name }) => name)).toEqual(model.version.spec.inputs);
  expect(metadata.outputs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['prediction', 'id', 'model_version']),
  );
});
