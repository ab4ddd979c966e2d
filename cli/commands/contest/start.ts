import { pathSegment } from '../../client/http.ts';
import { startedSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { followStarted } from '../follow.ts';

/** Lets a version contend by the stages of its pipeline, and follows it. */
export async function startContest(
  context: CommandContext,
  pipeline: string,
  version: string,
  { follow }: { follow: boolean },
): Promise<ExitCode> {
  const client = await context.api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/contests`;
  const started = await client.post(path, { version }, startedSchema, context.interrupted);
  return followStarted(context, client, started, follow);
}
