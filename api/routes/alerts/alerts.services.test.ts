import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { alertSchema, type NewAlert } from '../../../contracts/alerts.ts';
import { freshRegistry, type TestRegistry } from '../../../test/registry.ts';
import { openGate } from '../../../test/support/api.ts';
import { alertRoutes } from './handlers.ts';

let db: TestRegistry;
let app: ReturnType<typeof alertRoutes>;
const draining = new AbortController();
beforeAll(async () => {
  db = await freshRegistry();
  app = alertRoutes({ registry: db.registry, gate: openGate, draining: draining.signal });
});
afterAll(() => db.drop());

const alert = (dedupKey: string, check: string): NewAlert => ({
  pipeline: 'pump',
  kind: 'drift',
  severity: 'warning',
  dedupKey,
  message: { en: 'load has moved', es: 'la carga se ha movido' },
  about: { check },
});
const pageSchema = z.object({ alerts: z.array(alertSchema), next: z.string().optional() });
const page = async (query: string) =>
  pageSchema.parse(await (await app.request(`/v1/alerts?${query}`)).json());
const post = async (path: string, body: object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: alertSchema.parse(await response.json()) };
};

it('lists, acknowledges and silences', async () => {
  for (const key of ['a', 'b', 'c']) await db.registry.alerts.raise(alert(key, 'c1'));
  const first = await page('pipeline=pump&limit=2');
  expect(first.alerts.map(({ dedupKey }) => dedupKey)).toEqual(['c', 'b']);
  const rest = await page(`before=${first.next}`);
  expect(rest).toMatchObject({ alerts: [{ dedupKey: 'a' }] });
  const { id } = rest.alerts[0];
  expect(await post(`/v1/alerts/${id}/acknowledge`, { actor: 'ana', note: 'known' })).toMatchObject({
    status: 200,
    body: { state: 'acknowledged', acknowledgedBy: 'ana', note: 'known' },
  });
  const { body } = await post(`/v1/alerts/${id}/silence`, { minutes: 30 });
  expect(Date.parse(body.silencedUntil ?? '') - Date.now()).toBeGreaterThan(29 * 60_000);
});

it('streams what happens, and goes on after the last event that a client has seen', async () => {
  const newest = await db.registry.alerts.newestEvent();
  await db.registry.alerts.raise(alert('d', 'c1'));
  await db.registry.alerts.resolve('pump', 'd');
  const response = await app.request('/v1/alerts/events?pipeline=pump', {
    headers: { 'last-event-id': String(newest) },
  });
  const seen: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => seen.push(event) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader && seen.length < 2) parser.feed((await reader.read()).value ?? '');
  await reader?.cancel();
  draining.abort();
  expect(seen.map(({ id, event }) => [Number(id), event])).toEqual([
    [newest + 1, 'raised'],
    [newest + 2, 'resolved'],
  ]);
  expect(JSON.parse(seen[1].data)).toMatchObject({ alert: { dedupKey: 'd', state: 'resolved' } });
});
