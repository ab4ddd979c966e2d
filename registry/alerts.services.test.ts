import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewAlert } from '../contracts/alerts.ts';
import { freshRegistry, type TestRegistry } from '../test/registry.ts';

let db: TestRegistry;
beforeAll(async () => {
  db = await freshRegistry();
});
afterAll(() => db.drop());

const alert = (pipeline: string, check: string, change: Partial<NewAlert> = {}): NewAlert => ({
  pipeline,
  kind: 'drift',
  severity: 'warning',
  dedupKey: 'drift:load',
  message: { en: 'load has moved', es: 'load se ha movido' },
  about: { check },
  ...change,
});
const eventsOf = async (pipeline: string): Promise<string[]> =>
  (await db.registry.alerts.events(0, 1000, pipeline)).map(({ event }) => event);

test('the same fault is one alert, counted; a raising that is repeated counts once', async () => {
  const { alerts } = db.registry;
  const raised = await Promise.all([1, 2, 3].map(() => db.another().alerts.raise(alert('pump', 'c1'))));
  expect(raised.filter(({ isNew }) => isNew)).toHaveLength(1);
  const again = await alerts.raise(alert('pump', 'c2', { message: { en: 'still', es: 'aún' } }));
  expect(again).toMatchObject({ isNew: false, count: 2, state: 'open', message: { en: 'still' } });
  expect(await alerts.list({ pipeline: 'pump', limit: 10 })).toHaveLength(1);
  expect(await eventsOf('pump')).toEqual(['raised', 'repeated']);
});

test('what a person said stays until it becomes worse', async () => {
  const { alerts } = db.registry;
  const { id } = await alerts.raise(alert('fan', 'c1'));
  const by = { actor: 'ana', note: 'known' };
  expect(await alerts.acknowledge(id, by)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ana' });
  await alerts.acknowledge(id, by);
  expect(await alerts.raise(alert('fan', 'c2'))).toMatchObject({ state: 'acknowledged', note: 'known' });
  const worse = await alerts.raise(alert('fan', 'c3', { severity: 'critical' }));
  expect(worse).toMatchObject({ state: 'open', severity: 'critical', isNew: false, count: 3 });
  expect(worse.acknowledgedBy).toBeUndefined();
  expect(await eventsOf('fan')).toEqual(['raised', 'acknowledged', 'repeated', 'escalated']);
});

test('an alert that returns soon after its end is the same one, later another', async () => {
  const { alerts } = db.registry;
  const first = await alerts.raise(alert('mill', 'c1'));
  await alerts.resolve('mill', 'drift:load');
  await alerts.resolve('mill', 'drift:load');
  await alerts.resolve('mill', 'never raised');
  expect(await alerts.get(first.id)).toMatchObject({ state: 'resolved' });
  expect(await alerts.raise(alert('mill', 'c2'), 60)).toMatchObject({
    id: first.id,
    state: 'open',
    count: 2,
  });
  await alerts.resolve('mill', 'drift:load');
  const second = await alerts.raise(alert('mill', 'c3'), 0);
  expect(second).toMatchObject({ isNew: true, count: 1 });
  expect(second.id).not.toBe(first.id);
  expect(await eventsOf('mill')).toEqual(['raised', 'resolved', 'reopened', 'resolved', 'raised']);
});

test('sendings: one sender at a time, again after a failure, none while silenced', async () => {
  const { alerts } = db.registry;
  // Those of the tests before.
  await alerts.claimDeliveries(['webhook'], 1000, 600);
  const { id } = await alerts.raise(alert('crane', 'c1'));
  const claims = await Promise.all(
    [1, 2, 3].map(() => db.another().alerts.claimDeliveries(['webhook'], 10, 600)),
  );
  const [claimed, ...others] = claims.flat();
  expect(others).toEqual([]);
  expect(claimed).toMatchObject({
    channel: 'webhook',
    attempt: 1,
    event: { event: 'raised', alert: { id, pipeline: 'crane' } },
  });
  await alerts.concludeDelivery(claimed, {
    state: 'waiting',
    retryAt: new Date(Date.now() + 50).toISOString(),
    error: 'status 503',
  });
  await sleep(60);
  const [second] = await alerts.claimDeliveries(['webhook'], 10, 600);
  expect(second).toMatchObject({ eventId: claimed.eventId, attempt: 2 });
  await alerts.concludeDelivery(second, { state: 'sent' });
  await alerts.silence(id, new Date(Date.now() + 60_000).toISOString());
  await alerts.raise(alert('crane', 'c2', { severity: 'critical' }));
  expect(await alerts.claimDeliveries(['webhook'], 10, 0)).toEqual([]);
  await alerts.silence(id, new Date(Date.now() - 1).toISOString());
  await alerts.raise(alert('crane', 'c3', { severity: 'critical' }));
  expect(await alerts.claimDeliveries(['webhook'], 10, 600)).toMatchObject([
    { event: { alert: { count: 3 } } },
  ]);
});

test('a claim whose sender died is given to another', async () => {
  const { alerts } = db.registry;
  await alerts.claimDeliveries(['email'], 1000, 600);
  await alerts.raise(alert('belt', 'c1'));
  expect(await alerts.claimDeliveries(['email'], 10, 0)).toMatchObject([{ attempt: 1 }]);
  expect(await alerts.claimDeliveries(['email'], 10, 600)).toMatchObject([{ attempt: 2 }]);
  expect(await alerts.claimDeliveries(['email'], 10, 600)).toEqual([]);
});

test('unknown alerts and wrong moments', async () => {
  const { alerts } = db.registry;
  for (const id of ['999999', 'x', '-1', ''])
    await expect(alerts.get(id)).rejects.toMatchObject({ code: 'ALERT_NOT_FOUND' });
  await expect(alerts.acknowledge('999999', { actor: 'a' })).rejects.toMatchObject({
    code: 'ALERT_NOT_FOUND',
  });
  const { id } = await alerts.raise(alert('gate', 'c1'));
  await expect(alerts.silence(id, 'soon')).rejects.toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
});

test('lists newest first in pages, by pipeline, kind and state', async () => {
  const { alerts } = db.registry;
  for (let i = 0; i < 5; i++)
    await alerts.raise(alert('kiln', `c${i}`, { dedupKey: `k${i}`, kind: i % 2 ? 'quality' : 'drift' }));
  const keys = async (filter: object) =>
    (await alerts.list({ pipeline: 'kiln', limit: 10, ...filter })).map(({ dedupKey }) => dedupKey);
  expect(await keys({})).toEqual(['k4', 'k3', 'k2', 'k1', 'k0']);
  expect(await keys({ kind: 'quality' })).toEqual(['k3', 'k1']);
  const [newest] = await alerts.list({ pipeline: 'kiln', limit: 1 });
  expect(await keys({ before: newest.id, limit: 2 })).toEqual(['k3', 'k2']);
  await alerts.resolve('kiln', 'k4');
  expect(await keys({ state: 'resolved' })).toEqual(['k4']);
  expect(await alerts.newestEvent()).toBe((await alerts.events(0, 1000)).at(-1)?.id);
});
