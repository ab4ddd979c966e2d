import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestApi } from '../../test/support/api.ts';
import { startSecuredApi } from '../../test/support/secured-api.ts';

let api: TestApi;
let admin: string;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ api, admin, close } = await startSecuredApi());
});
afterAll(() => close());

const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  api.app.request(path, {
    method,
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', ...headers },
    body,
  });

it.each([
  "x'; drop table relevo.api_keys; --",
  "' or '1'='1",
  '" or 1=1; select pg_sleep(10); --',
  "\\'; delete from relevo.users; --",
  '$1; $2',
  'ñandú 🜲 \u0000 \u202e',
])('takes %j for a text wherever it is sent', async (text) => {
  const encoded = encodeURIComponent(text);
  const made = await send('POST', '/v1/keys', JSON.stringify({ name: text, grants: ['viewer'] }));
  expect(made.status).toBe(201);
  expect(((await made.json()) as { name: string }).name).toBe(text.replaceAll('\0', '\ufffd'));
  for (const path of [
    `/v1/keys/${encoded}/revoke`,
    `/v1/keys/${encoded}/rotate`,
    `/v1/alerts/${encoded}/acknowledge`,
    `/v1/pipelines/${encoded}/promote`,
  ])
    expect([400, 404], path).toContain((await send('POST', path, '{"version":"1.0.0"}')).status);
  const login = JSON.stringify({ name: text, password: 'x' });
  // 422 is for NUL, unless too many wrong passwords came before.
  expect([400, 401, 422, 429]).toContain((await send('POST', '/v1/session', login)).status);
  for (const path of [
    `/v1/audit?actor=${encoded}`,
    `/v1/audit?pipeline=${encoded}`,
    `/v1/runs?pipeline=${encoded}`,
  ])
    expect((await send('GET', path)).status, path).toBeLessThan(500);
  const forged = await send('GET', '/v1/keys', undefined, { authorization: `Bearer relevo_${encoded}_x` });
  expect(forged.status).toBe(401);
  expect((await send('GET', '/v1/keys')).status).toBe(200);
});

it.each([
  '{"__proto__":{"role":"admin"},"name":"x","grants":["viewer"]}',
  '{"constructor":{"prototype":{"role":"admin"}},"name":"x","grants":["viewer"]}',
  '{"name":"x","grants":["viewer"],"createdBy":"root"}',
  '{"name":"x","grants":["__proto__"]}',
  '{"name":"x","grants":["constructor:x"]}',
  '{"name":"x","grants":[{"role":"admin","pipeline":"*"}]}',
  '{"name":"x","grants":["admin\\u0000viewer"]}',
])('makes no key of %s', async (body) => {
  const answer = await send('POST', '/v1/keys', body);
  expect(answer.status).toBe(400);
  expect(Object.prototype).not.toHaveProperty('role');
});

it('makes nobody an administrator by headers that a proxy might set', async () => {
  const headers = { 'x-forwarded-user': 'admin', 'x-remote-user': 'admin', 'x-forwarded-for': '127.0.0.1' };
  const answer = await api.app.request('/v1/keys', { headers });
  expect(answer.status).toBe(401);
});

it.each([
  ['two keys', `Bearer ${'a'.repeat(10)}, Bearer b`],
  ['Basic', 'Basic YWRtaW46YWRtaW4='],
  ['no value', 'Bearer '],
  ['a long one', `Bearer ${'a'.repeat(9_000)}`],
])('refuses an authorization header that holds %s', async (_, authorization) => {
  const answer = await send('GET', '/v1/keys', undefined, { authorization });
  expect(answer.status).toBe(401);
});
