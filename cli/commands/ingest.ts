import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { startRun } from './start-run.ts';

/** Reads a source into a dataset version; without `follow` it prints the id of the run and ends. */
export function ingest(
  context: CommandContext,
  pipeline: string,
  { source, follow }: { source?: string; follow: boolean },
): Promise<ExitCode> {
  return startRun(context, pipeline, { kind: 'ingest', source }, follow);
}
