/**
 * A year of the loop within an hour: `npm run bench:year -- --json`. The product's own schedules of one pipeline, paused
 * and asked for each moment of the year: four checks a day, each of which reads what has arrived, and each night an
 * ingest and a training, on real servers, with workers and the API as processes of their own. Says whether each run
 * happened once, how long histories get, and what the processes hold. Options: `--days 365`, `--minutes 90` after which
 * it says what it has seen until then.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Service, startChild } from '../cli/up/child.ts';
import { freePort } from '../cli/up/readiness.ts';
import { type Servers, startServers, startWorkers, type Workers } from '../test/stack.ts';
import { machine, option, report } from './lib/report.ts';
import { runLoop } from './year/loop.ts';
import { type Growth, growthOf, memoryOf, watchedEnvironment } from './year/memory.ts';
import { meterPipeline, rowsPerDay } from './year/meter.ts';
import { judgeRuns } from './year/runs.ts';

const run = promisify(execFile);
const days = Number(option('days') ?? 365);
const minutes = Number(option('minutes') ?? Number.POSITIVE_INFINITY);
const sampleEveryDays = Math.max(1, Math.floor(days / 50));
const parts = ['control', 'compute', 'api'] as const;
type Part = (typeof parts)[number];

interface Sample {
  day: number;
  rss: Partial<Record<Part, number>>;
  held: Partial<Record<Part, number>>;
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

async function sizeMiB(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sm', folder]);
  return Number.parseInt(stdout, 10);
}

async function measure() {
  const loadBefore = loadavg()[0];
  const startedMs = performance.now();
  const servers = await startServers();
  const heapFolder = join(servers.folder, 'heap');
  await mkdir(heapFolder);
  Object.assign(process.env, watchedEnvironment(heapFolder));
  try {
    const workers = await startWorkers(servers, 'year');
    let stopApi = async (): Promise<void> => undefined;
    try {
      const { api, url } = await startApi(servers, workers);
      stopApi = api.stop;
      const spec = meterPipeline();
      const samples: Sample[] = [];
      const pidOf: Record<Part, () => number | undefined> = {
        control: () => workers.control.current()?.pid,
        compute: () => workers.compute.current()?.pid,
        api: () => api.pid,
      };
      const sample = async (day: number): Promise<void> => {
        if (day % sampleEveryDays !== 0) return;
        const one: Sample = { day, rss: {}, held: {} };
        for (const part of parts) {
          const pid = pidOf[part]();
          const memory = pid === undefined ? undefined : await memoryOf(heapFolder, pid);
          one.rss[part] = memory?.rssMiB;
          one.held[part] = memory?.heldMiB;
        }
        samples.push(one);
        process.stderr.write(
          `day ${day}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s, ${JSON.stringify(one.held)}\n`,
        );
      };
      const course = await runLoop(servers, workers, {
        ...{ spec, days, url, onDay: sample },
        endsAtMs: Date.now() + 60_000 * minutes,
      });
      const { counts, histories } = await judgeRuns(servers.client, workers.registry, spec.name, course.due);
      const growth = (of: (one: Sample) => Partial<Record<Part, number>>) =>
        Object.fromEntries(
          parts.map((part) => {
            const known = samples.flatMap((one) => {
              const value = of(one)[part];
              return value === undefined ? [] : [{ day: one.day, value }];
            });
            return [part, growthOf(known)];
          }),
        ) as Record<Part, Growth>;
      return {
        days: course.days,
        counts,
        histories,
        heldMiB: growth(({ held }) => held),
        rssMiB: growth(({ rss }) => rss),
        checkSeconds: growthOf(course.checkSeconds),
        trainSeconds: growthOf(course.trainSeconds),
        verdicts: course.verdicts,
        predictions: course.predictions,
        disk: {
          homeMiB: await sizeMiB(workers.home),
          postgresMiB: await sizeMiB(join(servers.folder, 'postgres')),
        },
        minutes: (performance.now() - startedMs) / 60_000,
        load: { before: loadBefore, after: loadavg()[0] },
        machine: machine(),
      };
    } finally {
      await stopApi();
      await workers.stop();
    }
  } finally {
    await servers.stop();
  }
}

type YearResult = Awaited<ReturnType<typeof measure>>;

const shown = ({ early, late, per100Days }: Growth, unit: string): string =>
  `${early.toFixed(1)} → ${late.toFixed(1)} ${unit} (${per100Days >= 0 ? '+' : ''}${per100Days.toFixed(2)} per 100 days)`;

function show({ counts, histories, heldMiB, rssMiB, ...result }: YearResult): string {
  const { ingest, train, monitor } = counts.expected;
  return [
    `${result.days} days in ${result.minutes.toFixed(1)} min: ${monitor} checks, ${train} nightly trainings, ${ingest} nightly ingests; ${counts.others} runs that these started, of them ${counts.retrains} retrains`,
    `missed ${counts.missed.length}, doubled ${counts.doubled.length}, failed ${counts.failed.length}; verdicts ${JSON.stringify(result.verdicts)}`,
    `longest history ${histories.mostEvents} events (${histories.ofWorkflow}); a check ${histories.checkEvents.early} → ${histories.checkEvents.late} events, ${histories.checkBytes.early} → ${histories.checkBytes.late} bytes; schedules' own ${JSON.stringify(histories.scheduleEvents)}`,
    ...parts.map(
      (part) =>
        `${part.padEnd(8)} holds ${shown(heldMiB[part], 'MiB')}; resident ${shown(rssMiB[part], 'MiB')}`,
    ),
    `a check ${shown(result.checkSeconds, 's')}, a training ${shown(result.trainSeconds, 's')}`,
    `on disk: home ${result.disk.homeMiB} MiB, PostgreSQL ${result.disk.postgresMiB} MiB; load ${result.load.before.toFixed(1)} before, ${result.load.after.toFixed(1)} after`,
  ].join('\n');
}

/** What must hold of a year, each with what broke it. */
function faultsOf({ days: played, counts, histories, heldMiB }: YearResult): string[] {
  const faults: string[] = [];
  if (counts.missed.length > 0) faults.push(`missed: ${counts.missed.slice(0, 5).join(', ')}`);
  if (counts.doubled.length > 0) faults.push(`doubled: ${counts.doubled.slice(0, 5).join(', ')}`);
  if (counts.failed.length > 0) faults.push(`failed: ${counts.failed.slice(0, 5).join(', ')}`);
  if (histories.mostEvents > mostEvents)
    faults.push(`a history of ${histories.mostEvents} events: ${histories.ofWorkflow}`);
  if (histories.checkEvents.late > histories.checkEvents.early * 1.1)
    faults.push('the histories of checks grow');
  for (const part of parts) {
    const { early, late } = heldMiB[part];
    const data = part === 'compute' ? (played * rowsPerDay * keptBytesPerRow) / 2 ** 20 : 0;
    if (late > early * mostGrowth + data)
      faults.push(`${part} holds ${early.toFixed(0)} → ${late.toFixed(0)} MiB`);
  }
  return faults;
}

/** Far below the 10,240 at which Temporal warns. */
const mostEvents = 1_000;
/** Of what a process holds after a collection, from the second fifth of the days to the last. */
const mostGrowth = 1.15;
/** The two newest training sets are kept in memory on purpose, some forty numbers a row, and grow with the data. */
const keptBytesPerRow = 2 * 40 * 8;

const result = await measure();
report(result, show);
const faults = faultsOf(result);
for (const fault of faults) process.stderr.write(`FAULT ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
