import { pathSegment } from '../../client/http.ts';
import { contestsSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { formatMoment } from '../../view/format.ts';

/** Contests of a pipeline, newest first, and where each stands or how it ended. */
export async function listContests(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
): Promise<ExitCode> {
  const texts = terminal.texts.contest;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/contests`;
  const page = await client.get(path, contestsSchema, interrupted);
  terminal.printJson(page);
  if (page.contests.length === 0) {
    terminal.print(texts.none(pipeline));
    return exitCodes.ok;
  }
  terminal.table(
    [
      { title: texts.version, style: terminal.colors.green },
      { title: texts.champion },
      { title: texts.began },
      { title: texts.stage },
      { title: texts.reason },
    ],
    page.contests.map(({ version, startedAt, state, view, result }) => [
      version,
      view?.champion ?? result?.champion ?? '',
      formatMoment(startedAt),
      view ? texts.stages[view.stage] : result ? texts.ended(result) : state,
      view?.latest?.reason ?? result?.reason ?? '',
    ]),
  );
  return exitCodes.ok;
}
