import { pathSegment } from '../../client/http.ts';
import { driftCheckSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { showDriftReport } from '../../view/drift.ts';
import { formatMoment } from '../../view/format.ts';

/** Prints a drift check in words, the newest where none is named. */
export async function show(
  { terminal, api, env, interrupted }: CommandContext,
  pipeline: string,
  id: string | undefined,
): Promise<ExitCode> {
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/drift/${pathSegment(id ?? 'latest')}`;
  const found = await client.get(path, driftCheckSchema, interrupted);
  terminal.printJson(found);
  terminal.print(terminal.colors.bold(terminal.texts.check.title(pipeline, found.id)));
  terminal.print(terminal.colors.dim(formatMoment(found.createdAt)));
  showDriftReport(terminal, found.report, env.RELEVO_LANG);
  return exitCodes.ok;
}
