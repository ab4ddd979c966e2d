import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { startRun } from './start-run.ts';

export interface TrainCommandOptions {
  source?: string;
  dataset?: string;
  seed?: number;
  candidates?: string[];
  trials?: number;
  ingest?: string;
  promote: boolean;
  follow: boolean;
}

/** Starts a training; one on a named dataset version reads no source before it, unless `ingest` says so. */
export function train(
  context: CommandContext,
  pipeline: string,
  given: TrainCommandOptions,
): Promise<ExitCode> {
  const { follow, dataset, ...options } = given;
  const ingest = options.ingest ?? (dataset === undefined ? undefined : 'never');
  const body = { kind: 'train', ...options, ingest, datasetVersion: dataset };
  return startRun(context, pipeline, body, follow);
}
