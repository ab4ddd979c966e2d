import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pipeline } from '../../pipelines/index.ts';
import { fileChampions, startApi, type TestApi } from '../support/api.ts';
import { trainSteelModel } from '../support/steel-model.ts';

const spec = pipeline('steel-energy');
const goodRow = {
  'Lagging_Current_Reactive.Power_kVarh': 30.14,
  Leading_Current_Reactive_Power_kVarh: 0,
  'CO2(tCO2)': 0.05,
  Lagging_Current_Power_Factor: 95.63,
  Leading_Current_Power_Factor: 100,
  NSM: 36_900,
  WeekStatus: 'Weekday',
  Day_of_week: 'Monday',
  Load_Type: 'Maximum_Load',
};
const numeric = 'Lagging_Current_Reactive.Power_kVarh';
const good = JSON.stringify(goodRow);
const withNumber = (digits: string): string => good.replace('30.14', digits);

let api: TestApi;
const rejections: unknown[] = [];
const remember = (reason: unknown): void => void rejections.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', remember);
  const model = await trainSteelModel({ rows: 500, trees: 5, depth: 3 });
  api = await startApi({ source: fileChampions(model) });
});
afterEach(() => expect(rejections).toEqual([]));
afterAll(async () => {
  process.off('unhandledRejection', remember);
  await api.close();
});

async function post(path: string, body: string | Buffer, headers: object = {}) {
  const response = await fetch(api.url + path, {
    ...{ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } },
  });
  const answer = await response.text();
  return { status: response.status, answer };
}
async function predicted(body: string): Promise<number> {
  const { status, answer } = await post('/predict', body);
  expect(status, answer).toBe(200);
  return JSON.parse(answer).predictions[0].value;
}

/** Every route that takes JSON, with whatever its path needs. */
const jsonRoutes = (): string[] =>
  api.app.routes
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => path.replace(':pipeline', spec.name).replace(/:\w+(\{[^}]*\})?/g, 'x'))
    .filter((path, at, all) => !path.includes('*') && all.indexOf(path) === at);

const nested = (open: string, close: string, depth: number): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

describe('JSON that is nested without end', () => {
  it.each([
    ['lists', nested('[', ']', 100_000)],
    ['objects', nested('{"a":', '}', 40_000)],
    ['lists that are never closed', '['.repeat(200_000)],
  ])('is refused by every route: %s', async (_name, body) => {
    for (const path of jsonRoutes()) {
      const { status, answer } = await post(path, body);
      expect(status === 503 || (status >= 400 && status < 500), `${path}: ${answer.slice(0, 200)}`).toBe(
        true,
      );
      expect(answer.length, path).toBeLessThan(20_000);
    }
  });
});

describe('a number', () => {
  it.each(['1e400', '-1e400', '1e309'])('beyond all numbers is refused: %s', async (digits) => {
    const { status, answer } = await post('/predict', withNumber(digits));
    expect(status).toBe(422);
    expect(answer).toContain(numeric);
  });

  it.each([
    ['a million digits', `30.14${'0'.repeat(1_000_000)}`],
    ['a million zeros before the point', `0.${'0'.repeat(500_000)}1`],
    ['an exponent of thousands of digits', `1e-${'9'.repeat(5_000)}`],
  ])('of %s is a number as any other', async (_name, digits) => {
    expect(Number.isFinite(await predicted(withNumber(digits)))).toBe(true);
  });

  it.each(['0x1F', '1_000', 'NaN', 'Infinity', '01', '+1', '1n'])(
    'in no form of JSON is refused: %s',
    async (digits) => {
      expect((await post('/predict', withNumber(digits))).status).toBe(400);
    },
  );
});

describe('a key', () => {
  it('that is there twice counts as its last, wherever it is read', async () => {
    const twice = good.replace('{', `{"${numeric}":99999,`);
    expect(await predicted(twice)).toBe(await predicted(good));
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s pollutes nothing and is no column',
    async (key) => {
      const own = good.replace('{', `{"${key}":{"polluted":true,"isAdmin":true},`);
      const { status } = await post('/predict', own);
      expect([200, 422]).toContain(status);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
      expect(Reflect.get(Object.prototype, 'isAdmin')).toBeUndefined();
      expect(await predicted(good)).toEqual(expect.any(Number));
    },
  );

  it('among a hundred thousand strange ones costs no more than a refusal', async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at]));
    const { status, answer } = await post('/predict', JSON.stringify(many));
    expect(status).toBe(422);
    expect(answer.length).toBeLessThan(20_000);
  });
});

describe('a packed body', () => {
  /** Small on the wire, above every limit once it is unpacked. */
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '), { level: 9 });
  const packed = { 'content-encoding': 'gzip' };

  it('is taken by no route of JSON', async () => {
    for (const path of jsonRoutes().filter((route) => !route.startsWith('/v2/'))) {
      const { status, answer } = await post(path, bomb, packed);
      expect(status, `${path}: ${answer.slice(0, 200)}`).toBeGreaterThanOrEqual(400);
      expect(status === 503 || status < 500, `${path}: ${answer.slice(0, 200)}`).toBe(true);
    }
  });

  it('is unpacked up to the limit where a protocol has it', async () => {
    expect((await post(`/v2/models/${spec.name}/infer`, bomb, packed)).status).toBe(413);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'chunked'])(
    'as %s that is none is refused',
    async (encoding) => {
      const { status } = await post('/predict', good, { 'content-encoding': encoding });
      expect([400, 415]).toContain(status);
    },
  );
});
