import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { startRun } from './start-run.ts';

export function ingest(
  context: CommandContext,
  pipeline: string,
  { source, follow }: { source?: string; follow: boolean },
): Promise<ExitCode> {
  return startRun(context, pipeline, { kind: 'ingest', source }, follow);
}
