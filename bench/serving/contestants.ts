import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { childNode } from '../../cli/up/child.ts';
import { processArgs } from '../../compiled/process.ts';
import type { JsonRow } from '../../test/support/steel-model.ts';
import { pythonWith } from '../lib/python.ts';
import type { Command } from '../lib/servers.ts';
import type { Ground } from './ground.ts';

/** A server under measurement, and how it is asked for one row. */
export interface Contestant {
  command: Command;
  healthPath: string;
  path: string;
  headers: Record<string, string>;
  bodyOf(row: JsonRow): unknown;
  /** The prediction in its answer, in the unit of the target. */
  valueOf(answer: unknown): number;
}

const peers = join(dirname(fileURLToPath(import.meta.url)), '../peers/serving');
/** Arguments of Node, as `relevo up` starts its own. */
const compiled = (path: string, { folder }: Ground): Promise<string[]> =>
  processArgs(pathToFileURL(join(peers, path)), join(folder, 'compiled'));
const run = promisify(execFile);

const onnxruntime = ['onnxruntime==1.31.1', 'numpy==2.4.6'];
const fastapiPackages = ['fastapi==0.165.0', 'uvicorn==0.54.0', 'uvloop==0.23.0', 'httptools==0.9.0'];
const mlflowPackages = ['mlflow==3.17.2', 'onnx==1.22.0', 'onnxruntime==1.31.1'];
const bentomlPackages = ['bentoml==1.4.39', ...onnxruntime];

interface Answer {
  predictions: { value: number }[];
}
/** Relevo's form, which the servers written for this bench have too. */
const plain = {
  healthPath: '/health',
  path: '/predict',
  headers: {},
  bodyOf: (row: JsonRow) => row,
  valueOf: (answer: unknown) => (answer as Answer).predictions[0].value,
} satisfies Omit<Contestant, 'command'>;

/** The API as it ships: started as `relevo up` does, behind its gate, rows checked, every answer logged in PostgreSQL. Temporal is away. */
const relevo = (args: string[], { home, databaseUrl, apiKey }: Ground): Contestant => ({
  ...plain,
  headers: { 'x-api-key': apiKey },
  command: (port) => ({
    file: process.execPath,
    args: [...childNode.flags, ...args],
    env: {
      ...childNode.env,
      ...{ RELEVO_HOME: home, RELEVO_PORT: String(port), RELEVO_API_PROCESSES: '1' },
      ...{ RELEVO_AUTH: 'required', RELEVO_LOG_LEVEL: 'error' },
      ...{ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: '127.0.0.1:1' },
    },
  }),
});

const bareHono = (args: string[], { modelPath }: Ground): Contestant => ({
  ...plain,
  command: (port) => ({
    file: process.execPath,
    args,
    env: { MODEL: modelPath, PORT: String(port) },
  }),
});

/** Computes nothing: at another's load its latency is that of the machine and of who asks. */
export async function constant(ground: Ground): Promise<Contestant> {
  const args = await compiled('constant.ts', ground);
  return {
    ...plain,
    command: (port) => ({ file: process.execPath, args, env: { PORT: String(port) } }),
  };
}

const fastapi = (python: string, { modelPath }: Ground): Contestant => ({
  ...plain,
  command: (port) => ({
    file: python,
    args: [
      ...['-m', 'uvicorn', 'fastapi_app:app', '--app-dir', peers, '--port', String(port)],
      ...['--workers', '1', '--no-access-log', '--log-level', 'warning'],
    ],
    env: { MODEL: modelPath },
  }),
});

/** `mlflow models serve` starts uvicorn by its name. */
const onPath = (python: string): string => `${dirname(python)}:${process.env.PATH}`;

async function mlflow(python: string, { modelPath, folder }: Ground): Promise<Contestant> {
  const target = join(folder, 'mlflow-model');
  const env = { ...process.env, MODEL: modelPath, TARGET: target };
  await run(python, [join(peers, 'mlflow_model.py')], { env });
  return {
    healthPath: '/health',
    path: '/invocations',
    headers: {},
    bodyOf: (row) => ({
      inputs: Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, [[cell]]])),
    }),
    valueOf: (answer) => (answer as { predictions: { prediction: number[][] } }).predictions.prediction[0][0],
    command: (port) => ({
      file: join(dirname(python), 'mlflow'),
      args: ['models', 'serve', '-m', target, '--env-manager', 'local', '-p', String(port), '-w', '1'],
      env: { PATH: onPath(python) },
    }),
  };
}

const bentoml = (python: string, { modelPath }: Ground): Contestant => ({
  ...plain,
  healthPath: '/readyz',
  bodyOf: (row) => ({ row }),
  command: (port) => ({
    file: join(dirname(python), 'bentoml'),
    args: [
      ...['serve', 'bento_service:Steel', '--working-dir', peers],
      ...['--host', '127.0.0.1', '--port', String(port)],
    ],
    env: { MODEL: modelPath, BENTOML_DO_NOT_TRACK: 'True', PATH: onPath(python) },
  }),
});

export type Name = 'relevo' | 'bareHono' | 'fastapi' | 'mlflow' | 'bentoml';

/** Relevo, the least that Hono can do, and the peers in Python: one process each, the same ONNX file. */
export async function contestants(ground: Ground): Promise<Record<Name, Contestant>> {
  return {
    relevo: relevo(await compiled('../../../api/main.ts', ground), ground),
    bareHono: bareHono(await compiled('bare.ts', ground), ground),
    fastapi: fastapi(await pythonWith([...fastapiPackages, ...onnxruntime]), ground),
    mlflow: await mlflow(await pythonWith(mlflowPackages), ground),
    bentoml: bentoml(await pythonWith(bentomlPackages), ground),
  };
}
