import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../contracts/env.ts';
import { type ApiClient, pathSegment } from '../client/http.ts';
import { runsSchema, startedSchema } from '../client/schemas.ts';
import { watchRun } from '../commands/follow.ts';
import { failureLines } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { formatDuration } from '../view/format.ts';
import { showCandidates } from '../view/metrics.ts';
import { runFailure } from '../view/run-failure.ts';
import { type Champion, readChampion, showChampion, showCurl } from './champion.ts';
import { readExampleRow } from './example-row.ts';
import type { Addresses } from './stack.ts';

/** The pipeline that a fresh installation shows itself with. */
const defaultPipeline = 'steel-energy';

const inServiceWithinMs = 30_000;

export interface FirstRunOptions {
  env: Environment;
  terminal: Terminal;
  client: ApiClient;
  addresses: Addresses;
  startedAtMs: number;
  signal: AbortSignal;
  /** Whether to train where there is no champion. */
  train: boolean;
}

/**
 * Ends a start with a champion: the one that is there, or the first one, trained now. A training that an earlier
 * start began is gone on with. A training that fails is told; the stack stays up.
 */
export async function endWithChampion(options: FirstRunOptions): Promise<void> {
  const { terminal, client, startedAtMs, signal, train } = options;
  const { texts } = terminal;
  const known = await readChampion(client, defaultPipeline, signal);
  if (known !== undefined) {
    const took = formatDuration(Date.now() - startedAtMs);
    terminal.print(texts.up.championThere(defaultPipeline, known.info.version, took));
    return presentChampion(options, known);
  }
  if (!train) return;
  const trained = await firstTraining(options);
  if (!trained) return;
  const champion = await championSoon(client, signal);
  if (champion === undefined) return;
  const { candidates, metric } = champion.metrics;
  showCandidates(terminal, candidates, champion.info.candidate, metric);
  terminal.print();
  await presentChampion(options, champion);
}

/** The API hears of a new champion a moment after the run has ended, and opens it. */
async function championSoon(client: ApiClient, signal: AbortSignal): Promise<Champion | undefined> {
  const untilMs = Date.now() + inServiceWithinMs;
  for (;;) {
    const champion = await readChampion(client, defaultPipeline, signal);
    if (champion !== undefined || Date.now() > untilMs) return champion;
    await sleep(200, undefined, { signal });
  }
}

async function presentChampion(options: FirstRunOptions, champion: Champion): Promise<void> {
  const { env, terminal, addresses } = options;
  const { info } = champion;
  showChampion(terminal, champion);
  terminal.printJson({ event: 'champion', model: info, metrics: champion.metrics.metrics });
  try {
    const artifactsDir = join(env.RELEVO_HOME, 'artifacts');
    const request = { pipeline: info.pipeline, datasetVersion: info.datasetVersion, artifactsDir };
    const example = await readExampleRow(addresses.databaseUrl, request);
    terminal.printJson({ event: 'example', url: `${addresses.apiUrl}/predict`, ...example });
    showCurl(terminal, addresses.apiUrl, info, example);
  } catch (error) {
    // the stack is whole without an example; what kept it from being read is worth a line
    terminal.note(error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
}

/** The first training, followed to its end. False where it did not end well. */
async function firstTraining({ terminal, client, signal }: FirstRunOptions): Promise<boolean> {
  const { texts, notes } = terminal;
  const query = new URLSearchParams({
    pipeline: defaultPipeline,
    kind: 'train',
    state: 'running',
    limit: '1',
  });
  const { runs } = await client.get(`/v1/runs?${query}`, runsSchema, signal);
  let id = runs.at(0)?.id;
  if (id === undefined) {
    terminal.note(texts.up.firstTraining(defaultPipeline));
    const path = `/v1/pipelines/${pathSegment(defaultPipeline)}/runs`;
    id = (await client.post(path, { kind: 'train', ingest: 'first' }, startedSchema, signal)).id;
  } else {
    terminal.note(texts.up.resumed(defaultPipeline));
  }
  const run = await watchRun({ terminal }, client, id, signal);
  if (run.state === 'completed') return true;
  terminal.note(notes.yellow(texts.up.trainingFailed));
  const failure = runFailure(run) ?? {
    code: 'TRAINING_FAILED',
    message: texts.run.states[run.state],
    details: {},
  };
  for (const line of failureLines(failure, terminal)) terminal.note(line);
  terminal.note(texts.up.trainAgain(defaultPipeline));
  terminal.printJson({ event: 'training-failed', run: id, error: failure });
  return false;
}
