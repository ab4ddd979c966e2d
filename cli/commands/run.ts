import { pathSegment } from '../client/http.ts';
import { runSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showRuns } from '../view/runs.ts';
import { followToEnd, showEnd } from './follow.ts';

/** A run as it stands, or its end: 1 where it ended without its result, 0 while it goes on and nobody follows. */
export async function run(
  context: CommandContext,
  id: string,
  { follow }: { follow: boolean },
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const client = await context.api();
  const known = await client.get(`/v1/runs/${pathSegment(id)}`, runSchema, interrupted);
  if (known.state !== 'running') return showEnd(context, known);
  if (follow) return followToEnd(context, client, known.id);
  terminal.printJson(known);
  showRuns(terminal, [known]);
  return exitCodes.ok;
}
