import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue } from '../contracts/errors.ts';
import { pipeline } from '../pipelines/index.ts';
import { fileChampions, startApi, type TestApi } from './support/api.ts';
import { type MalformedRequest, malformedRequests } from './support/malformed.ts';
import { type JsonRow, type SteelModel, trainSteelModel } from './support/steel-model.ts';

const goodRow: JsonRow = {
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
const requests = malformedRequests(pipeline('steel-energy'), goodRow);
const answerWithinMs = 5_000;

let api: TestApi;
let model: SteelModel;
let goodValue: number;
const unhandled: unknown[] = [];
const remember = (reason: unknown): void => void unhandled.push(reason);

async function predictGood(): Promise<number> {
  const response = await fetch(`${api.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(goodRow),
  });
  expect(response.status).toBe(200);
  const { predictions } = (await response.json()) as { predictions: { value: number }[] };
  return predictions[0].value;
}

function send(path: string, { body, headers, chunked }: MalformedRequest): Promise<Response> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536));
      controller.close();
    },
  });
  const stream = chunked ? { body: pieces, duplex: 'half' } : { body: bytes };
  const signal = AbortSignal.timeout(answerWithinMs);
  return fetch(api.url + path, {
    method: 'POST',
    ...(headers ? { headers } : {}),
    signal,
    ...stream,
  } as RequestInit);
}

async function expectRefusal(path: string, request: MalformedRequest): Promise<void> {
  const response = await send(path, request);
  const text = await response.text();
  expect(response.status, text.slice(0, 300)).toBe(request.status);
  expect(response.headers.get('content-type')).toBe('application/json');
  const { error } = JSON.parse(text);
  expect(error.code).toBe(request.code);
  expect(errorCatalogue[request.code].status).toBe(response.status);
  expect(error.requestId).toBe(response.headers.get('x-request-id'));
  expect(error.docs).toBe(`docs/errors/${request.code}.md`);
  expect(error.expected).toEqual(expect.any(String));
  expect(error).toHaveProperty('field', request.field ?? expect.any(String));
  expect(text.length).toBeLessThan(20_000);
}

beforeAll(async () => {
  process.on('unhandledRejection', remember);
  model = await trainSteelModel({ rows: 500, trees: 10, depth: 4 });
  api = await startApi({ source: fileChampions(model) });
  goodValue = await predictGood();
});
afterEach(() => expect(unhandled).toEqual([]));
afterAll(async () => {
  process.off('unhandledRejection', remember);
  await api.close();
});

describe('malformed prediction requests', () => {
  it('are more than two hundred', () => expect(requests.length).toBeGreaterThan(200));

  it.each(requests)('$name is refused with $status $code', async (request) => {
    await expectRefusal('/predict', request);
  });

  it('are refused on the route of a pipeline alike', async () => {
    for (const request of requests) await expectRefusal('/v1/pipelines/steel-energy/predict', request);
  });

  it('leave the server as it was', async () => {
    expect(await predictGood()).toBe(goodValue);
  });

  it('do not disturb good requests that come at the same time', async () => {
    const bad = requests.filter(({ body }) => body.length < 10_000);
    const good: Promise<number>[] = [];
    const refused: Promise<void>[] = [];
    for (const request of bad) {
      refused.push(expectRefusal('/predict', request));
      good.push(predictGood());
    }
    await Promise.all(refused);
    for (const value of await Promise.all(good)) expect(value).toBe(goodValue);
  });

  it.each(['steel-enrgy', '%00', '%2e%2e', 'x'.repeat(2_000), '%E0%A4%A', 'a%2Fb'])(
    'for the pipeline %s find none',
    async (name) => {
      const body = JSON.stringify(goodRow);
      const response = await send(`/v1/pipelines/${name}/predict`, {
        ...requests[0],
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(404);
      expect(await response.json()).toHaveProperty('error.docs');
    },
  );
});
