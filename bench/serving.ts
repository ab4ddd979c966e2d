import { machine, median, option, report } from './lib/report.ts';
import { measureBatch } from './serving/batch.ts';
import { type Contestant, constant, contestants, type Name } from './serving/contestants.ts';
import { type Ground, prepareGround } from './serving/ground.ts';
import { createMeasuring, type EvenLoad, type Measured } from './serving/measure.ts';

/**
 * How many single-row predictions a second one process answers: Relevo as it ships (API key, validation, prediction log)
 * beside FastAPI + onnxruntime, `mlflow models serve`, BentoML, and the least that Hono + onnxruntime-node can do, all over
 * the same ONNX file; the latency of each at half of what it did just before, and of a server that computes nothing
 * at half of Relevo's rate, each in the window of `--windows` during which the machine's host kept least of it for others;
 * and a batch beside bare `session.run`.
 */
const connections = 16;
const seconds = Number(option('seconds') ?? 8);
const rounds = Number(option('rounds') ?? 3);
const windows = Number(option('windows') ?? 4);
const trees = Number(option('trees') ?? 500);
const batchRows = 10_000;
const only = option('only')?.split(',');

const middle = (all: readonly Measured[], pick: (measured: Measured) => number): number =>
  Number(median(all.map(pick)).toPrecision(4));

const summary = (all: readonly Measured[]) => ({
  requestsPerSecond: middle(all, ({ saturated }) => saturated.requestsPerSecond),
  p50Ms: middle(all, ({ saturated }) => saturated.p50Ms),
  p99Ms: middle(all, ({ saturated }) => saturated.p99Ms),
  halfLoadPerSecond: middle(all, ({ half }) => half.requestsPerSecond),
  p50MsAtHalfLoad: middle(all, ({ half }) => half.p50Ms),
  p99MsAtHalfLoad: middle(all, ({ half }) => half.p99Ms),
  stolenShareAtHalfLoad: middle(all, ({ half }) => half.stolenShare),
  windowsAtHalfLoad: all.flatMap(({ half }) => half.windows),
  cpuUsPerRequest: middle(all, ({ cpuUsPerRequest }) => cpuUsPerRequest),
  databaseUsPerRequest: middle(all, ({ databaseUsPerRequest }) => databaseUsPerRequest),
  idleRssMiB: middle(all, ({ idleRssMiB }) => idleRssMiB),
  peakRssMiB: middle(all, ({ peakRssMiB }) => peakRssMiB),
  failures: all.reduce((sum, { saturated, half }) => sum + saturated.failures + half.failures, 0),
});
type Summary = ReturnType<typeof summary>;

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index])));
const ratio = (a: number, b: number): number => Number((a / b).toPrecision(3));

/** How Relevo compares with the fastest of the peers in Python and with the limit. */
function compared(servers: Partial<Record<Name, Summary>>) {
  const rate = (name: Name): number => servers[name]?.requestsPerSecond ?? Number.NaN;
  const python = (['fastapi', 'mlflow', 'bentoml'] as const).filter((name) => servers[name] !== undefined);
  return {
    timesBestPythonPeer: ratio(rate('relevo'), Math.max(...python.map(rate))),
    shareOfBareHono: ratio(rate('relevo'), rate('bareHono')),
  };
}

/** What half of Relevo's load costs where nothing is computed. */
const floorOf = (all: readonly EvenLoad[]) => ({
  p50MsAtHalfLoad: Number(median(all.map(({ p50Ms }) => p50Ms)).toPrecision(4)),
  p99MsAtHalfLoad: Number(median(all.map(({ p99Ms }) => p99Ms)).toPrecision(4)),
  stolenShareAtHalfLoad: Number(median(all.map(({ stolenShare }) => stolenShare)).toPrecision(4)),
  windowsAtHalfLoad: all.flatMap(({ windows }) => windows),
});

async function bench(ground: Ground) {
  const all = Object.entries(await contestants(ground)) as [Name, Contestant][];
  const chosen = all.filter(([name]) => only === undefined || only.includes(name));
  const { measure, measureEven, answers } = createMeasuring(ground, { seconds, connections, windows });
  const probes = ground.samples.slice(0, 50);
  const expected = await answers(chosen[0][1], probes);
  const differences: Partial<Record<Name, number>> = {};
  for (const [name, contestant] of chosen.slice(1))
    differences[name] = largestDifference(expected, await answers(contestant, probes));

  const measured = new Map<Name, Measured[]>(chosen.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of chosen) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`);
      measured.get(name)?.push(await measure(contestant));
    }
  }
  const servers: Partial<Record<Name, Summary>> = Object.fromEntries(
    [...measured].map(([name, rows]) => [name, summary(rows)]),
  );
  const nothing = await constant(ground);
  const floor = [];
  for (const { half } of measured.get('relevo') ?? [])
    floor.push(await measureEven(nothing, half.requestsPerSecond));
  const batch = await measureBatch(ground, chosen[0][1], { rows: batchRows, times: 12 });
  return {
    question:
      'single-row predictions, one process each, the same ONNX file; Relevo with key, validation and log',
    setting: { machine: machine(), trees, depth: 8, rawColumns: 9, connections, seconds, rounds, windows },
    servers,
    ...compared(servers),
    nothingComputed: floor.length > 0 ? floorOf(floor) : undefined,
    batch: {
      rows: batchRows,
      ...batch,
      shareOfSessionRun: ratio(batch.sessionRunMs, batch.overHttpMs),
      shareWithoutPause: ratio(batch.sessionRunMs, batch.withoutPauseMs),
    },
    largestDifferenceKwh: differences,
  };
}

const line = (name: string, figures: Summary): string =>
  `${name.padEnd(10)}${String(Math.round(figures.requestsPerSecond)).padStart(7)} req/s   p50 ${figures.p50Ms} ms   p99 ${figures.p99Ms} ms   ` +
  `at half load: p99 ${figures.p99MsAtHalfLoad} ms (host took ${Math.round(100 * figures.stolenShareAtHalfLoad)} % of the time)   CPU ${figures.cpuUsPerRequest} µs   RSS ${figures.idleRssMiB} → ${figures.peakRssMiB} MiB`;

const ground = await prepareGround(trees);
try {
  report(await bench(ground), ({ servers, batch, nothingComputed, timesBestPythonPeer, shareOfBareHono }) =>
    [
      ...Object.entries(servers).map(([name, figures]) => line(name, figures)),
      `a server that computes nothing, at half of Relevo's load: p99 ${nothingComputed?.p99MsAtHalfLoad} ms`,
      `${timesBestPythonPeer}× the best Python peer, ${Math.round(100 * shareOfBareHono)} % of the bare handler`,
      `${batch.rows} rows: ${Math.round(batch.overHttpMs)} ms, ${Math.round(100 * batch.shareOfSessionRun)} % of bare session.run`,
    ].join('\n'),
  );
} finally {
  await ground.close();
}
