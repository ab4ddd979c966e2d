import { type ContestAction, contestViewSchema } from '../../../contracts/contest.ts';
import { actorName } from '../../actor.ts';
import { pathSegment } from '../../client/http.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';

/** Approves, rejects, sends on or stops a contest, with who and why. */
export async function steerContest(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  version: string,
  action: ContestAction,
  { reason }: { reason: string },
): Promise<ExitCode> {
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/contests/${pathSegment(version)}/${action}`;
  const view = await client.post(path, { actor: actorName(), reason }, contestViewSchema, interrupted);
  terminal.printJson(view);
  terminal.print(terminal.texts.contest.done[action](version));
  return exitCodes.ok;
}
