import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileChampions, startApi, type TestApi } from '../../test/support/api.ts';

const ours = 'https://control.plant.example';
let api: TestApi;
let closed: TestApi;
beforeAll(async () => {
  api = await startApi({ source: fileChampions(), corsOrigins: [`${ours}/`] });
  closed = await startApi({ source: fileChampions() });
});
afterAll(() => Promise.all([api.close(), closed.close()]));

const preflight = (to: TestApi, origin: string): Promise<Response> =>
  fetch(`${to.url}/predict`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
const predict = (to: TestApi, origin: string): Promise<Response> =>
  fetch(`${to.url}/predict`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{}',
  });
const allowedOrigin = (response: Response): string | null =>
  response.headers.get('access-control-allow-origin');

it('lets pages of the origins that are set call, predictions too', async () => {
  const asked = await preflight(api, ours);
  expect(asked.headers.get('access-control-allow-headers')).toContain('x-relevo-csrf');
  for (const response of [asked, await predict(api, ours)]) {
    expect(allowedOrigin(response)).toBe(ours);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  }
});

it.each(['https://evil.example', 'null', `${ours}.evil.example`, 'http://control.plant.example'])(
  'tells a page of %s nothing',
  async (origin) => {
    for (const response of [await preflight(api, origin), await predict(api, origin)])
      expect(allowedOrigin(response)).toBeNull();
  },
);

it('lets no page call where no origin is set', async () => {
  for (const response of [await preflight(closed, ours), await predict(closed, ours)])
    expect(allowedOrigin(response)).toBeNull();
});

it('sends the headers that keep a browser to what it was given', async () => {
  const { headers } = await fetch(`${api.url}/health`);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});
