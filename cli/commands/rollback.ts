import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { moveChampion } from './move-champion.ts';

/** Brings back the champion before this one; a second time, the one before that. */
export const rollback = (
  context: CommandContext,
  pipeline: string,
  { reason }: { reason?: string },
): Promise<ExitCode> => moveChampion(context, pipeline, 'rollback', { reason });
