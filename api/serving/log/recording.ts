import type { Logger } from 'pino';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { type LogPolicy, logPolicySchema } from '../../../contracts/predictions.ts';
import type { PredictionBatch, PredictionRegistry } from '../../../registry/types.ts';
import type { Metrics } from '../../metrics.ts';
import { openSpool } from '../../spool/spool.ts';
import type { PredictDeps } from '../predict.ts';
import { createListening } from '../routing/listening.ts';
import type { ServedModel } from '../served-model.ts';
import { createPredictionLog, type LogState, type PredictionLogOptions } from './prediction-log.ts';
import { createRecorder } from './recorder.ts';
import { startRetention } from './retention.ts';

/** What answering needs to be recorded, from the moment an answer is on its way until it is in the database. */
export interface Recording extends Pick<PredictDeps, 'answered' | 'keyColumn' | 'contenderFailed'> {
  policyOf(pipeline: string): LogPolicy;
  /** Takes rows that were written for the log elsewhere. */
  logged(batch: PredictionBatch): void;
  /** What of the prediction log waits. */
  readonly state: LogState;
  /** Resolves when all that was recorded is in the database or on disk. */
  close(): Promise<void>;
}

export type RecordingTiming = Pick<PredictionLogOptions, 'lingerMs' | 'copyTimeoutMs' | 'retryMs'>;

/** The suffix names the format: a batch that another release wrote is not misread. */
const batchSuffix = '.copy1';
/** On disk at most, while the database is away. */
const spoolBytes = 2 * 1024 ** 3;

/** @param options.folder where predictions wait while the database is away; what it holds already is brought home. */
export async function openRecording(options: {
  registry: Pick<PredictionRegistry, 'copy' | 'prune'>;
  folder: string;
  pipelines: readonly PipelineSpec[];
  metrics: Metrics;
  log: Logger;
  timing?: RecordingTiming;
}): Promise<Recording> {
  const { registry, folder, pipelines, metrics, log, timing = {} } = options;
  const policies = new Map(pipelines.map((spec) => [spec.name, spec.log]));
  const usual = logPolicySchema.parse({});
  const policyOf = (pipeline: string): LogPolicy => policies.get(pipeline) ?? usual;
  const of = ({ version }: ServedModel): [string, string] => [version.pipeline, version.version];

  const predictions = createPredictionLog({
    ...{ copy: registry.copy, policyOf, log, ...timing },
    spool: await openSpool(folder, { suffix: batchSuffix, maxBytes: spoolBytes }),
    counted: metrics.logged,
  });
  const listening = createListening({
    counted: (outcome, model, rows) => metrics.listened(outcome, ...of(model), rows),
  });
  const days = new Map([...policies].map(([name, { retentionDays }]) => [name, retentionDays]));
  const retention = startRetention({ prune: registry.prune, days, log });
  metrics.onLogScrape(() => predictions.state);
  return {
    policyOf,
    logged: predictions.addBatch,
    get state() {
      return predictions.state;
    },
    keyColumn: (pipeline) => policyOf(pipeline).keyColumn,
    answered: createRecorder({ predictions, listening, policyOf }),
    contenderFailed(model, rows, error) {
      const [pipeline, version] = of(model);
      metrics.listened('failed', pipeline, version, rows);
      log.warn({ err: error, pipeline, version }, 'challenger could not answer; the champion did');
    },
    async close() {
      await listening.close();
      await Promise.all([predictions.close(), retention.close()]);
    },
  };
}
