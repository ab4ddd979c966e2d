import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { startRun } from './start-run.ts';

export interface RetrainCommandOptions {
  mode?: string;
  check?: string;
  dataset?: string;
  reason?: string;
  promote: boolean;
  follow: boolean;
}

/**
 * Starts a retrain; what is not given is the policy's. `check` names the drift check that asks for it, `dataset` a
 * version.
 */
export function retrain(
  context: CommandContext,
  pipeline: string,
  { follow, check, dataset, ...options }: RetrainCommandOptions,
): Promise<ExitCode> {
  const body = { kind: 'retrain', ...options, driftCheck: check, datasetVersion: dataset };
  return startRun(context, pipeline, body, follow);
}
