import { pathSegment } from '../client/http.ts';
import { startedSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followToEnd } from './follow.ts';

/** Asks for a run and follows it to its end, unless told not to wait. */
export async function startRun(
  context: CommandContext,
  pipeline: string,
  body: Record<string, unknown>,
  follow: boolean,
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const client = await context.api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/runs`;
  const started = await client.post(path, body, startedSchema, interrupted);
  terminal.note(terminal.texts.run.startedRun(started.id));
  if (started.links.temporalUi) terminal.note(terminal.notes.dim(started.links.temporalUi));
  if (follow) return followToEnd(context, client, started.id);
  terminal.print(started.id);
  terminal.printJson(started);
  return exitCodes.ok;
}
