import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type JsonRow, trainSteelModel } from '../test/support/steel-model.ts';
import { pythonWith } from './lib/python.ts';
import { machine, median, option, report } from './lib/report.ts';
import { type Command, cpuSeconds, memoryMiB, startServer, stopServer } from './lib/servers.ts';

/**
 * How many single-row predictions a second one process answers, beside FastAPI + onnxruntime and beside the least that
 * Hono + onnxruntime-node can do, all over the same ONNX file; and their p99 at the same rate.
 */
const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const connections = 16;
const sameRate = 1_500;
const seconds = Number(option('seconds') ?? 8);
const rounds = Number(option('rounds') ?? 3);
const trees = Number(option('trees') ?? 500);
const requirements = [
  'fastapi==0.165.0',
  'uvicorn==0.54.0',
  'uvloop==0.23.0',
  'httptools==0.9.0',
  'onnxruntime==1.31.1',
  'numpy==2.4.6',
];

interface Load {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}
interface Measured {
  saturated: Load;
  atSameRate: Load;
  cpuUsPerRequest: number;
  idleRssMiB: number;
  peakRssMiB: number;
}
interface Bench {
  folder: string;
  rowsPath: string;
  samples: JsonRow[];
  servers: Record<string, Command>;
}

const nodeServer =
  (entry: string, env: Record<string, string>): Command =>
  (port) => ({
    file: process.execPath,
    args: ['--import', 'tsx', join(here, 'peers/serving', entry)],
    env: { ...env, PORT: String(port) },
  });

async function prepare(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-bench-'));
  process.stderr.write(`training the model: ${trees} trees of depth 8 …\n`);
  const { onnx, version, rows } = await trainSteelModel({ rows: 20_000, trees, depth: 8 });
  const [modelPath, versionPath, rowsPath] = ['model.onnx', 'version.json', 'rows.json'].map((name) =>
    join(folder, name),
  );
  const samples = rows.filter((_, index) => index % 97 === 0);
  await Promise.all([
    writeFile(modelPath, onnx),
    writeFile(versionPath, JSON.stringify(version)),
    writeFile(rowsPath, JSON.stringify(samples)),
  ]);
  const python = await pythonWith(requirements);
  const env = { MODEL: modelPath, VERSION: versionPath };
  const servers: Record<string, Command> = {
    relevo: nodeServer('relevo.ts', env),
    fastapi: (port) => ({
      file: python,
      args: [
        '-m',
        'uvicorn',
        'fastapi_app:app',
        '--app-dir',
        join(here, 'peers/serving'),
        '--port',
        String(port),
      ].concat(['--workers', '1', '--no-access-log', '--log-level', 'warning']),
      env,
    }),
    bareHono: nodeServer('bare.ts', env),
  };
  return { folder, rowsPath, samples, servers };
}

async function load(url: string, rowsPath: string, loadSeconds: number, rate?: number): Promise<Load> {
  const env = {
    ...process.env,
    ...{ URL: url, ROWS: rowsPath, SECONDS: String(loadSeconds), CONNECTIONS: String(connections) },
    ...(rate === undefined ? {} : { RATE: String(rate) }),
  };
  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(here, 'peers/serving/load.ts')], {
    env,
  });
  return JSON.parse(stdout);
}

async function measure(command: Command, rowsPath: string): Promise<Measured> {
  const server = await startServer(command);
  const pid = server.process.pid ?? 0;
  try {
    const idleRssMiB = memoryMiB(pid).now;
    await load(server.url, rowsPath, 3);
    const cpuBefore = cpuSeconds(pid);
    const saturated = await load(server.url, rowsPath, seconds);
    const answered = saturated.requestsPerSecond * seconds;
    const cpuUsPerRequest = ((cpuSeconds(pid) - cpuBefore) / answered) * 1e6;
    const atSameRate = await load(server.url, rowsPath, seconds, sameRate);
    return { saturated, atSameRate, cpuUsPerRequest, idleRssMiB, peakRssMiB: memoryMiB(pid).peak };
  } finally {
    await stopServer(server);
  }
}

/** What a server says of some rows, to see that all compute the same. */
async function answers(command: Command, samples: JsonRow[]): Promise<number[]> {
  const server = await startServer(command);
  try {
    const values: number[] = [];
    for (const row of samples) {
      const body = JSON.stringify(row);
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${server.url}/predict`, { method: 'POST', body, headers });
      if (!answer.ok) throw new Error(`${server.url} answered ${answer.status}: ${await answer.text()}`);
      const { predictions } = (await answer.json()) as { predictions: { value: number }[] };
      values.push(predictions[0].value);
    }
    return values;
  } finally {
    await stopServer(server);
  }
}

const largestDifference = (a: number[], b: number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index])));

const middle = (all: Measured[], pick: (measured: Measured) => number): number =>
  Number(median(all.map(pick)).toPrecision(4));

const summary = (all: Measured[]) => ({
  requestsPerSecond: middle(all, ({ saturated }) => saturated.requestsPerSecond),
  p50Ms: middle(all, ({ saturated }) => saturated.p50Ms),
  p99Ms: middle(all, ({ saturated }) => saturated.p99Ms),
  p50MsAtSameRate: middle(all, ({ atSameRate }) => atSameRate.p50Ms),
  p99MsAtSameRate: middle(all, ({ atSameRate }) => atSameRate.p99Ms),
  cpuUsPerRequest: middle(all, ({ cpuUsPerRequest }) => cpuUsPerRequest),
  idleRssMiB: middle(all, ({ idleRssMiB }) => idleRssMiB),
  peakRssMiB: middle(all, ({ peakRssMiB }) => peakRssMiB),
  failures: all.reduce((sum, { saturated, atSameRate }) => sum + saturated.failures + atSameRate.failures, 0),
});

async function bench() {
  const { folder, rowsPath, samples, servers } = await prepare();
  try {
    const probes = samples.slice(0, 50);
    const own = await answers(servers.relevo, probes);
    const differences = {
      fastapi: largestDifference(own, await answers(servers.fastapi, probes)),
      bareHono: largestDifference(own, await answers(servers.bareHono, probes)),
    };
    const measured: Record<string, Measured[]> = { relevo: [], fastapi: [], bareHono: [] };
    for (let round = 0; round < rounds; round++) {
      for (const [name, command] of Object.entries(servers)) {
        process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`);
        measured[name].push(await measure(command, rowsPath));
      }
    }
    const relevo = summary(measured.relevo);
    const fastapi = summary(measured.fastapi);
    const bareHono = summary(measured.bareHono);
    return {
      question: 'single-row POST /predict, one process each, the same ONNX file',
      setting: { machine: machine(), trees, depth: 8, rawColumns: 9, connections, seconds, rounds, sameRate },
      ...{ relevo, fastapi, bareHono },
      timesFastapi: Number((relevo.requestsPerSecond / fastapi.requestsPerSecond).toPrecision(3)),
      shareOfBareHono: Number((relevo.requestsPerSecond / bareHono.requestsPerSecond).toPrecision(3)),
      largestDifferenceKwh: differences,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const line = (name: string, figures: ReturnType<typeof summary>): string =>
  `${name.padEnd(12)}${String(Math.round(figures.requestsPerSecond)).padStart(7)} req/s   p50 ${figures.p50Ms} ms   p99 ${figures.p99Ms} ms   ` +
  `at ${sameRate}/s: p99 ${figures.p99MsAtSameRate} ms   CPU ${figures.cpuUsPerRequest} µs   RSS ${figures.idleRssMiB} → ${figures.peakRssMiB} MiB`;

report(await bench(), (result) =>
  [
    line('Relevo', result.relevo),
    line('FastAPI', result.fastapi),
    line('bare Hono', result.bareHono),
    `${result.timesFastapi}× FastAPI, ${Math.round(100 * result.shareOfBareHono)} % of the bare handler`,
  ].join('\n'),
);
