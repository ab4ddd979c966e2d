import type { CommandContext } from '../../context.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { startRun } from '../start-run.ts';

/** Starts a drift check; what is not told to be left out is as the pipeline's policies say. */
export function check(
  context: CommandContext,
  pipeline: string,
  { ingest, retrain, follow }: { ingest: boolean; retrain: boolean; follow: boolean },
): Promise<ExitCode> {
  const body = {
    kind: 'monitor',
    ...(ingest ? {} : { ingest: false }),
    ...(retrain ? {} : { retrain: false }),
  };
  return startRun(context, pipeline, body, follow);
}
