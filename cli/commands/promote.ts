import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { moveChampion } from './move-champion.ts';

/** Makes a version champion without comparing it with the one that stands. */
export const promote = (
  context: CommandContext,
  pipeline: string,
  version: string,
  { reason }: { reason?: string },
): Promise<ExitCode> => moveChampion(context, pipeline, 'promote', { version, reason });
