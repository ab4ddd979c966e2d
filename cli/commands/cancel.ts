import { pathSegment } from '../client/http.ts';
import { runSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Asks a run to end and does not wait for it. A run that has ended otherwise is told as it ended; 0 either way. */
export async function cancel({ terminal, api, interrupted }: CommandContext, id: string): Promise<ExitCode> {
  const { texts } = terminal;
  const client = await api();
  const path = `/v1/runs/${pathSegment(id)}/cancel`;
  const run = await client.post(path, {}, runSchema, interrupted);
  terminal.printJson(run);
  const ended = run.state !== 'running' && run.state !== 'cancelled';
  terminal.print(ended ? `${run.id}: ${texts.run.states[run.state]}` : texts.run.cancelAsked(run.id));
  return exitCodes.ok;
}
