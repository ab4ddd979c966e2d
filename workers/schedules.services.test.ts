import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownTemporal } from '../test/own-temporal.ts';
import { plant } from '../test/plant.ts';
import { upsertSchedules } from './schedules.ts';

const spec = { ...plant({ rounds: 10, trials: 0 }), name: 'scheduled-plant', timezone: 'America/Santiago' };

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: ownTemporal() });
  client = new Client({ connection });
});
afterAll(async () => {
  for (const kind of ['ingest', 'train', 'monitor'])
    await client.schedule.getHandle(`${kind}-${spec.name}`).delete();
  await connection.close();
});

it('creates the schedules once, in the plant’s time zone', async () => {
  expect(await upsertSchedules(client, [spec])).toEqual([
    { id: 'ingest-scheduled-plant', change: 'created' },
    { id: 'train-scheduled-plant', change: 'created' },
    { id: 'monitor-scheduled-plant', change: 'created' },
  ]);
  const train = await client.schedule.getHandle('train-scheduled-plant').describe();
  expect(train.spec.timezone).toBe('America/Santiago');
  expect(train.spec.calendars?.[0]).toMatchObject({ hour: [{ start: 2 }], minute: [{ start: 0 }] });
  expect(train.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000 });
  expect(train.action).toMatchObject({
    workflowType: 'trainWorkflow',
    workflowId: 'train/scheduled-plant/nightly',
  });
  const ingest = await client.schedule.getHandle('ingest-scheduled-plant').describe();
  expect(ingest.policies.overlap).toBe('BUFFER_ONE');
});

it('takes over a new time and keeps an operator’s pause', async () => {
  const handle = client.schedule.getHandle('train-scheduled-plant');
  await handle.pause('the mill is being relined');
  const moved = {
    ...spec,
    schedules: { ...spec.schedules, train: { cron: '15 3 * * *', catchUpMinutes: 30 } },
  };
  expect(await upsertSchedules(client, [moved])).toEqual([
    { id: 'ingest-scheduled-plant', change: 'updated' },
    { id: 'train-scheduled-plant', change: 'updated' },
    { id: 'monitor-scheduled-plant', change: 'updated' },
  ]);
  const train = await handle.describe();
  expect(train.state).toMatchObject({ paused: true, note: 'the mill is being relined' });
  expect(train.spec.calendars).toHaveLength(1);
  expect(train.spec.calendars?.[0]).toMatchObject({ hour: [{ start: 3 }], minute: [{ start: 15 }] });
  expect(train.policies.catchupWindow).toBe(1_800_000);
  const action = train.action.type === 'startWorkflow' ? train.action : undefined;
  expect(action?.args).toMatchObject([{ spec: { schedules: { train: { cron: '15 3 * * *' } } } }]);
});

it('checks at the hours of UTC, a little later each, however the schedule came about', async () => {
  await upsertSchedules(client, [spec]);
  const handle = client.schedule.getHandle('monitor-scheduled-plant');
  const { spec: times, policies, action, info } = await handle.describe();
  expect(times.intervals).toEqual([{ every: 6 * 3_600_000, offset: 0 }]);
  expect(times.jitter).toBe(10 * 60_000);
  expect(policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 6 * 3_600_000 });
  expect(action).toMatchObject({
    workflowType: 'monitorWorkflow',
    workflowId: 'monitor/scheduled-plant/scheduled',
  });
  expect(info.nextActionTimes.length).toBeGreaterThan(0);
  for (const at of info.nextActionTimes) {
    const pastTheHourMs = at.getTime() % (6 * 3_600_000);
    expect(pastTheHourMs).toBeGreaterThanOrEqual(0);
    expect(pastTheHourMs).toBeLessThan(10 * 60_000);
  }
});
