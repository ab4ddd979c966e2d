/**
 * The watch for drift beside its peers: `npm run bench:drift -- --json`. What a check of 25 columns costs Relevo and
 * Evidently; how often either alarms where nothing has moved (`--runs 1000` for more), and where something has; and the
 * streaming detectors beside river's and frouros'. `--only cost,falseAlarms,monitor,power,streams` takes some of them:
 * `monitor` is the whole monitor, columns, streams and performance, check after check (`--checks 300`).
 */
import { closePool } from '../threads/pool.ts';
import { type CostResult, measureCost } from './drift/evidently.ts';
import { type FalseAlarmsResult, measureFalseAlarms } from './drift/false-alarms.ts';
import { type MonitorAlarms, measureMonitorAlarms } from './drift/monitor/alarms.ts';
import { measurePower, type PowerResult } from './drift/power.ts';
import { measureStreams, type StreamsResult, showStreams } from './drift/streams.ts';
import { machine, option, report } from './lib/report.ts';

const runs = Number(option('runs') ?? 200);
/** Evidently takes about a second a comparison. */
const peerRuns = Math.min(10, runs);
/** Checks in a row of each pipeline that the whole monitor watches. */
const checks = Number(option('checks') ?? 100);
const watched = [
  { task: 'regression', rowsPerCheck: 24 },
  { task: 'regression', rowsPerCheck: 200 },
  { task: 'classification', rowsPerCheck: 200 },
] as const;
const only = option('only')?.split(',');
const wants = (part: string) => only === undefined || only.includes(part);

interface DriftResult {
  cost?: CostResult;
  falseAlarms?: FalseAlarmsResult;
  monitor?: MonitorAlarms[];
  power?: PowerResult;
  streams?: StreamsResult;
  machine: ReturnType<typeof machine>;
}

async function measure(): Promise<DriftResult> {
  const cost = wants('cost')
    ? await measureCost({ reference: 100_000, current: 100_000, numbers: 20, categories: 5 })
    : undefined;
  const falseAlarms = wants('falseAlarms') ? await measureFalseAlarms(runs, peerRuns) : undefined;
  const monitor: MonitorAlarms[] = [];
  for (const scenario of wants('monitor') ? watched : [])
    monitor.push(await measureMonitorAlarms({ ...scenario, checks, pipelines: 5 }));
  const power = wants('power') ? await measurePower(Math.ceil(runs / 5), Math.min(3, peerRuns)) : undefined;
  await closePool();
  const streams = wants('streams') ? await measureStreams() : undefined;
  return { cost, falseAlarms, monitor, power, streams, machine: machine() };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const showCost = ({ shape, relevo, evidently, ...ratio }: CostResult): string[] => [
  `${shape.numbers + shape.categories} columns, ${shape.reference} against ${shape.current} rows`,
  ...Object.entries({ Relevo: relevo, Evidently: evidently }).map(
    ([name, { seconds, cpuSeconds, peakRssMiB }]) =>
      `  ${name.padEnd(10)} ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU, peak ${Math.round(peakRssMiB)} MiB`,
  ),
  `  ${ratio.timesAsFast.toFixed(1)} times as fast, ${ratio.timesLessCpu.toFixed(1)} times less CPU, ${percent(ratio.shareOfMemory)} of the memory`,
];

const showFalseAlarms = ({ level, scenarios, inARow }: FalseAlarmsResult): string[] => [
  `False alarms of checks without drift, at a level of ${percent(level)}`,
  ...scenarios.map(
    (is) =>
      `  ${is.name}, ${is.columns} columns: ${percent(is.alarms)} of ${is.runs} checks ` +
      `(${percent(is.significant)} by the corrected p-value alone, ${percent(is.insufficient)} said too few rows); ` +
      `Evidently ${percent(is.evidently.anyColumn)} of ${is.evidently.runs} (half of the columns: ${percent(is.evidently.halfOfColumns)})`,
  ),
  `  one pipeline, ${inARow.checks} checks in a row: ${inARow.alarms} alarms`,
];

const showMonitor = (all: MonitorAlarms[]): string[] => [
  'False alarms of the whole monitor, where nothing moves',
  ...all.map(
    ({ task, rowsPerCheck, pipelines, drifts, ...is }) =>
      `  ${task}, ${pipelines} pipelines, each ${is.checks} checks of ${rowsPerCheck} rows: ${drifts.any} alarms ` +
      `(columns ${drifts.columns}, streams ${drifts.streams}, performance ${drifts.performance}) in ${is.pipelinesWithAlarm} pipelines; ` +
      `the streams may raise ${is.streamAlarmsAllowed.toFixed(1)}; ${is.performanceAlerts} alerts of performance, ${is.qualityFindings} of quality`,
  ),
];

const showPower = (power: PowerResult): string[] => [
  'Drift of one of 20 columns that is found',
  ...power.map(
    (is) =>
      `  ${is.change} (${is.reference} against ${is.current} rows): ${percent(is.found)} of ${is.runs}, ` +
      `another column too in ${percent(is.wrongColumn)}; Evidently calls any column drifted in ${percent(is.evidently.found)}`,
  ),
];

report(await measure(), ({ cost, falseAlarms, monitor, power, streams }) =>
  [
    ...(cost ? showCost(cost) : []),
    ...(falseAlarms ? showFalseAlarms(falseAlarms) : []),
    ...(monitor?.length ? showMonitor(monitor) : []),
    ...(power ? showPower(power) : []),
    ...(streams ? [showStreams(streams)] : []),
  ].join('\n'),
);
