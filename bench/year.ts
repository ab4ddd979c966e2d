/**
 * A year of the loop within an hour: `npm run bench:year -- --json`. The product's own schedules of one small pipeline,
 * paused and asked for each moment of the year: four checks a day, each of which reads what has arrived, and each night
 * an ingest and a training, on real servers, with workers and the API as processes of their own. Says whether each run
 * happened once, how long histories get, and what the processes hold; ends with 1 where `year/verdict.ts` finds a fault,
 * and where the days were too few to know. Options: `--days 365`, `--minutes 90` after which it says what it has seen
 * until then.
 */
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServers } from '../test/stack.ts';
import { machine, option, report } from './lib/report.ts';
import { growthOf } from './year/growth.ts';
import { runLoop } from './year/loop.ts';
import type { Held } from './year/memory.ts';
import { meterPipeline } from './year/meter.ts';
import { judgeRuns } from './year/runs.ts';
import { faultsOf, mostPer100Runs, type PartGrowth } from './year/verdict.ts';
import { type Part, parts, type Sample, startWatched } from './year/watch.ts';

const run = promisify(execFile);
const days = Number(option('days') ?? 365);
const minutes = Number(option('minutes') ?? Number.POSITIVE_INFINITY);
const sampleEveryDays = Math.max(1, Math.floor(days / 100));

async function sizeMiB(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sm', folder]);
  return Number.parseInt(stdout, 10);
}

function partGrowth(samples: Sample[]): PartGrowth {
  const of = (part: Part, figure: keyof Held) =>
    growthOf(
      samples.flatMap(({ runs, held }) => {
        const value = held[part]?.[figure];
        return value === undefined ? [] : [{ runs, value }];
      }),
    );
  const figures = (part: Part) => ({
    heldMiB: of(part, 'heldMiB'),
    codeMiB: of(part, 'codeMiB'),
    residentMiB: of(part, 'residentMiB'),
    descriptors: of(part, 'descriptors'),
    threads: of(part, 'threads'),
  });
  return { control: figures('control'), compute: figures('compute'), api: figures('api') };
}

const heldIn = ({ held }: Sample, part: Part): string =>
  `${held[part]?.heldMiB.toFixed(1)} + ${held[part]?.codeMiB.toFixed(1)} MiB`;

async function measure() {
  const loadBefore = loadavg()[0];
  const startedMs = performance.now();
  const servers = await startServers();
  try {
    const stack = await startWatched(servers);
    try {
      const spec = meterPipeline();
      const samples: Sample[] = [];
      const course = await runLoop(servers, stack.workers, {
        ...{ spec, days, url: stack.url, endsAtMs: Date.now() + 60_000 * minutes },
        async onDay(day, runs) {
          if (day % sampleEveryDays !== 0) return;
          const sample = await stack.sample({ pipeline: spec.name, day, runs });
          samples.push(sample);
          const held = parts.map((part) => `${part} ${heldIn(sample, part)}`).join(', ');
          const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
          process.stderr.write(`day ${day}, ${runs} runs, ${seconds} s: ${held}\n`);
        },
      });
      const { due, checkSeconds, trainSeconds, ...played } = course;
      const judged = {
        ...(await judgeRuns(servers.client, stack.workers.registry, spec.name, due)),
        mostScheduleEvents: Math.max(
          ...samples.flatMap(({ scheduleEvents }) => Object.values(scheduleEvents)),
        ),
        growth: partGrowth(samples),
      };
      return {
        ...played,
        faults: faultsOf(judged),
        ...judged,
        bounds: { per100Runs: mostPer100Runs },
        checkSeconds: growthOf(checkSeconds),
        trainSeconds: growthOf(trainSeconds),
        disk: {
          homeMiB: await sizeMiB(stack.workers.home),
          postgresMiB: await sizeMiB(join(servers.folder, 'postgres')),
        },
        minutes: (performance.now() - startedMs) / 60_000,
        load: { before: loadBefore, after: loadavg()[0] },
        machine: machine(),
        samples,
      };
    } finally {
      await stack.stop();
    }
  } finally {
    await servers.stop();
  }
}

type YearResult = Awaited<ReturnType<typeof measure>>;
type Growth = YearResult['checkSeconds'];

const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;
const interval = (low: number | null, high: number | null): string =>
  low === null || high === null ? 'unknown' : `${signed(low)} to ${signed(high)}`;
const shown = ({ early, late, per100Runs, low, high }: Growth, unit: string): string =>
  `${early.toFixed(1)} → ${late.toFixed(1)} ${unit} (${signed(per100Runs)} per 100 runs, 95 % ${interval(low, high)})`;

function show({ counts, histories, growth, ...result }: YearResult): string {
  const { ingest, train, monitor } = counts.expected;
  const sizes = Object.entries(histories.scheduled).map(
    ([kind, { events, bytes }]) =>
      `${kind} ${events.early} → ${events.late} events, ${bytes.early} → ${bytes.late} bytes`,
  );
  const memory = parts.map((part) => {
    const { heldMiB, codeMiB, residentMiB, descriptors, threads } = growth[part];
    return [
      `${part.padEnd(8)} holds ${shown(heldMiB, 'MiB')}, and of code ${shown(codeMiB, 'MiB')}`,
      `${' '.repeat(9)}resident ${shown(residentMiB, 'MiB')}`,
      `${' '.repeat(9)}descriptors ${descriptors.early} → ${descriptors.late}, threads ${threads.early} → ${threads.late}`,
    ].join('\n');
  });
  return [
    `${result.days} days in ${result.minutes.toFixed(1)} min: ${monitor} checks, ${train} nightly trainings, ${ingest} nightly ingests; ${counts.others} runs that these started, of them ${counts.retrains} retrains`,
    `missed ${counts.missed.length}, doubled ${counts.doubled.length}, failed ${counts.failed.length}; verdicts ${JSON.stringify(result.verdicts)}`,
    `longest history ${histories.mostEvents} events (${histories.ofWorkflow}); ${sizes.join('; ')}; of a schedule itself at most ${result.mostScheduleEvents}`,
    'memory over the second half of the runs:',
    ...memory,
    `a check ${shown(result.checkSeconds, 's')}, a training ${shown(result.trainSeconds, 's')}`,
    `on disk: home ${result.disk.homeMiB} MiB, PostgreSQL ${result.disk.postgresMiB} MiB; load ${result.load.before.toFixed(1)} before, ${result.load.after.toFixed(1)} after`,
    result.faults.length === 0 ? 'no fault' : `${result.faults.length} faults`,
  ].join('\n');
}

const result = await measure();
report(result, show);
for (const fault of result.faults) process.stderr.write(`FAULT ${fault}\n`);
if (result.faults.length > 0) process.exitCode = 1;
