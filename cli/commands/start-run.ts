import { pathSegment } from '../client/http.ts';
import { startedSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { followStarted } from './follow.ts';

/** Asks for a run and follows it to its end, unless told not to wait. */
export async function startRun(
  context: CommandContext,
  pipeline: string,
  body: Record<string, unknown>,
  follow: boolean,
): Promise<ExitCode> {
  const client = await context.api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/runs`;
  const started = await client.post(path, body, startedSchema, context.interrupted);
  return followStarted(context, client, started, follow);
}
