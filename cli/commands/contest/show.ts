import type { StageResult } from '../../../contracts/contest.ts';
import { pathSegment } from '../../client/http.ts';
import { contestSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Terminal } from '../../terminal.ts';
import { formatEstimate, formatMoment } from '../../view/format.ts';

/** One contest: its stages with what they found, and where it stands. */
export async function showContest(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  version: string,
): Promise<ExitCode> {
  const texts = terminal.texts.contest;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/contests/${pathSegment(version)}`;
  const contest = await client.get(path, contestSchema, interrupted);
  terminal.printJson(contest);
  const { view, result } = contest;
  terminal.print(texts.between(version, view?.champion ?? result?.champion ?? '–'));
  const done = view?.stages ?? result?.stages ?? [];
  showStages(terminal, view?.latest ? [...done, view.latest] : done, done.length);
  terminal.print();
  if (view) terminal.print(texts.at(texts.stages[view.stage], view.deadline && formatMoment(view.deadline)));
  if (result) terminal.print(`${texts.ended(result)}: ${result.reason}`);
  return exitCodes.ok;
}

/** @param over so many of them are over; the last may be under way. */
function showStages(terminal: Terminal, stages: StageResult[], over: number): void {
  if (stages.length === 0) return;
  const texts = terminal.texts.contest;
  const { green, yellow } = terminal.colors;
  const markOf = ({ passed }: StageResult, at: number): string =>
    at >= over ? '▸' : passed ? green('✓') : yellow('✗');
  terminal.table(
    [
      { title: '' },
      { title: texts.stage },
      { title: texts.share, align: 'right' },
      { title: texts.outcomes, align: 'right' },
      { title: texts.difference },
      { title: texts.reason },
    ],
    stages.map((stage, at) => [
      markOf(stage, at),
      texts.stages[stage.stage],
      stage.share === undefined ? '' : `${Number((100 * stage.share).toPrecision(3))} %`,
      stage.outcomes === undefined ? '' : String(stage.outcomes),
      stage.difference ? formatEstimate(stage.difference) : '',
      stage.reason,
    ]),
  );
}
