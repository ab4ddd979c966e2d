import { pathSegment } from '../../client/http.ts';
import { startedSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { followToEnd } from '../follow.ts';

/** Lets a version contend by the stages of its pipeline, and follows it. */
export async function startContest(
  context: CommandContext,
  pipeline: string,
  version: string,
  { follow }: { follow: boolean },
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const client = await context.api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/contests`;
  const started = await client.post(path, { version }, startedSchema, interrupted);
  terminal.note(terminal.texts.run.startedRun(started.id));
  if (started.links.temporalUi) terminal.note(terminal.notes.dim(started.links.temporalUi));
  if (follow) return followToEnd(context, client, started.id);
  terminal.print(started.id);
  terminal.printJson(started);
  return exitCodes.ok;
}
