import { actorName } from '../actor.ts';
import { pathSegment } from '../client/http.ts';
import { aliasMoveSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followToEnd } from './follow.ts';

/** Promotes or rolls back through a workflow and says where the champion stands then. */
export async function moveChampion(
  context: CommandContext,
  pipeline: string,
  action: 'promote' | 'rollback',
  body: { version?: string; reason?: string },
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const { texts } = terminal;
  const client = await context.api();
  const request = { ...body, actor: actorName() };
  const path = `/v1/pipelines/${pathSegment(pipeline)}/${action}`;
  const move = await client.post(path, request, aliasMoveSchema, interrupted);
  if (move.champion === undefined) return followToEnd(context, client, move.run.id);
  terminal.printJson(move);
  terminal.print(texts.models.moved(pipeline, move.champion));
  if (move.previous !== undefined) terminal.print(texts.models.previous(move.previous));
  return exitCodes.ok;
}
