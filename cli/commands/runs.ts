import { queryOf } from '../client/http.ts';
import { runsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showRuns } from '../view/runs.ts';

export interface RunsOptions {
  pipeline?: string;
  kind?: string;
  state?: string;
  limit?: number;
}

const defaultLimit = 20;

/** The newest runs, 20 unless told, of any pipeline, kind and state that is not named. */
export async function runs(
  { terminal, api, interrupted }: CommandContext,
  { pipeline, kind, state, limit = defaultLimit }: RunsOptions,
): Promise<ExitCode> {
  const client = await api();
  const query = queryOf({ limit, pipeline, kind, state });
  const page = await client.get(`/v1/runs?${query}`, runsSchema, interrupted);
  terminal.printJson(page);
  if (page.runs.length === 0) terminal.print(terminal.texts.run.none);
  else showRuns(terminal, page.runs);
  return exitCodes.ok;
}
