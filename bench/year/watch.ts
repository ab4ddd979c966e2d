import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Service, startChild } from '../../cli/up/child.ts';
import { freePort } from '../../cli/up/readiness.ts';
import { scheduleId } from '../../contracts/ids.ts';
import { type Servers, startWorkers, type Workers } from '../../test/stack.ts';
import type { Due } from './calendar.ts';
import { type Held, heldBy, watchedEnvironment } from './memory.ts';

export const parts = ['control', 'compute', 'api'] as const;
export type Part = (typeof parts)[number];

/** What there was after a day. */
export interface Sample {
  day: number;
  /** That schedules had started until then. */
  runs: number;
  held: Partial<Record<Part, Held>>;
  /** Events of the schedules' own workflows, which Temporal continues as new. */
  scheduleEvents: Record<Due['kind'], number>;
}

/** Workers and an API whose memory can be asked for. */
export interface WatchedStack {
  workers: Workers;
  url: string;
  sample(about: { pipeline: string; day: number; runs: number }): Promise<Sample>;
  stop(): Promise<void>;
}

async function startApi(
  servers: Servers,
  { home, dataDir, databaseUrl }: Workers,
): Promise<{ api: Service; url: string }> {
  const port = await freePort();
  const env = {
    ...process.env,
    RELEVO_HOME: home,
    RELEVO_DATA: dataDir,
    RELEVO_PORT: String(port),
    RELEVO_LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TZ: 'UTC',
  };
  const api = await startChild({ name: 'api', entry: 'api/main.ts', home, env });
  return { api, url: `http://127.0.0.1:${port}` };
}

async function scheduleEvents(client: Client, kind: Due['kind'], pipeline: string): Promise<number> {
  const handle = client.workflow.getHandle(`temporal-sys-scheduler:${scheduleId(kind, pipeline)}`);
  return (await handle.describe()).historyLength;
}

export async function startWatched(servers: Servers): Promise<WatchedStack> {
  const folder = join(servers.folder, 'heap');
  await mkdir(folder);
  Object.assign(process.env, watchedEnvironment(folder));
  const workers = await startWorkers(servers, 'year');
  const { api, url } = await startApi(servers, workers).catch(async (error: unknown) => {
    await workers.stop();
    throw error;
  });
  const pidOf: Record<Part, () => number | undefined> = {
    control: () => workers.control.current()?.pid,
    compute: () => workers.compute.current()?.pid,
    api: () => api.pid,
  };
  return {
    workers,
    url,
    async sample({ pipeline, day, runs }) {
      const held: Sample['held'] = {};
      for (const part of parts) {
        const pid = pidOf[part]();
        if (pid !== undefined) held[part] = await heldBy(folder, pid);
      }
      const eventsOf = (kind: Due['kind']): Promise<number> => scheduleEvents(servers.client, kind, pipeline);
      const events = {
        ingest: await eventsOf('ingest'),
        train: await eventsOf('train'),
        monitor: await eventsOf('monitor'),
      };
      return { day, runs, held, scheduleEvents: events };
    },
    async stop() {
      await api.stop();
      await workers.stop();
    },
  };
}
