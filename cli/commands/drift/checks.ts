import { pathSegment } from '../../client/http.ts';
import { driftChecksSchema } from '../../client/schemas.ts';
import type { CommandContext } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { formatMoment } from '../../view/format.ts';

const defaultLimit = 20;
const shownColumns = 3;

/** The newest checks of a pipeline, 20 unless told, each with at most three of the columns that drifted. */
export async function checks(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  { limit = defaultLimit }: { limit?: number },
): Promise<ExitCode> {
  const { colors } = terminal;
  const texts = terminal.texts.check;
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/drift?limit=${limit}`;
  const page = await client.get(path, driftChecksSchema, interrupted);
  terminal.printJson(page);
  if (page.checks.length === 0) terminal.print(texts.none(pipeline));
  else
    terminal.table(
      [
        { title: texts.check },
        { title: texts.verdict },
        { title: texts.rows, align: 'right' },
        { title: texts.drifted },
        { title: texts.advice },
        { title: texts.version },
        { title: texts.at },
      ],
      page.checks.map((one) => [
        one.id,
        one.verdict === 'drift' ? colors.yellow(texts.verdicts.drift) : texts.verdicts[one.verdict],
        one.rows.current.toLocaleString('en-US'),
        someOf(one.drifted),
        one.advice === 'none' ? '' : one.advice,
        one.modelVersion,
        formatMoment(one.createdAt),
      ]),
    );
  return exitCodes.ok;
}

const someOf = (names: string[]): string =>
  names.length > shownColumns
    ? `${names.slice(0, shownColumns).join(', ')} +${names.length - shownColumns}`
    : names.join(', ');
