import type { Explanation, RowsExplanation } from '../../contracts/explanation.ts';
import { pathSegment } from '../client/http.ts';
import { modelExplainedSchema, pipelineDetailSchema, rowsExplainedSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { coerceCsv } from '../rows/coerce.ts';
import { readRows } from '../rows/read.ts';
import type { Terminal } from '../terminal.ts';
import { formatNumber } from '../view/format.ts';

/** Features that a row's explanation shows. */
const shownFeatures = 10;

/** What the champion has learned, or why it answers given rows as it does. */
export async function explain(
  context: CommandContext,
  pipeline: string,
  file: string | undefined,
  { row, method }: { row?: string; method?: string },
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const client = await context.api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}`;
  if (row === undefined && file === undefined) {
    const answer = await client.get(`${path}/explain`, modelExplainedSchema, interrupted);
    terminal.printJson(answer);
    showModel(terminal, answer.explanation);
    return exitCodes.ok;
  }
  const given = await readRows({ row, file, stdin: process.stdin }, terminal.texts);
  const detail = await client.get(path, pipelineDetailSchema, interrupted);
  const rows = given.kind === 'json' ? given.rows : coerceCsv(given, detail.inputs).rows;
  const answer = await client.post(`${path}/explain`, { rows, method }, rowsExplainedSchema, interrupted);
  terminal.printJson(answer);
  showRows(terminal, answer.explanation);
  return exitCodes.ok;
}

const nameOf = (output: string): string => (output === '' ? '' : ` ${output}`);

function showModel(terminal: Terminal, { importance, outputs, unit }: Explanation): void {
  const { texts } = terminal;
  terminal.table(
    [
      { title: texts.explain.feature },
      ...outputs.map((output) => ({
        title: `${texts.explain.effect}${nameOf(output)} (${texts.explain.units[unit]})`,
        align: 'right' as const,
      })),
      { title: texts.explain.permutation, align: 'right' },
    ],
    importance.map(({ feature, effects, permutation }) => [
      feature,
      ...effects.map(formatNumber),
      permutation === undefined
        ? '–'
        : `${formatNumber(permutation.mean)} ± ${formatNumber(permutation.standardDeviation)}`,
    ]),
  );
}

function showRows(terminal: Terminal, { rows, outputs, unit, method }: RowsExplanation): void {
  const { texts, colors } = terminal;
  terminal.note(`${method}, ${texts.explain.units[unit]}`);
  for (const [index, { base, total, contributions }] of rows.entries()) {
    if (rows.length > 1) terminal.print(colors.bold(`${texts.predict.row} ${index + 1}`));
    terminal.table(
      [
        { title: texts.explain.feature },
        { title: texts.failure.value, align: 'right' },
        ...outputs.map((output) => ({
          title: `${texts.explain.effect}${nameOf(output)}`,
          align: 'right' as const,
        })),
      ],
      [
        [texts.explain.base, '', ...base.map(formatNumber)],
        ...contributions
          .slice(0, shownFeatures)
          .map(({ feature, value, word, effects }) => [
            feature,
            word ?? (value === null ? '–' : formatNumber(value)),
            ...effects.map(signed),
          ]),
        [texts.explain.total, '', ...total.map(formatNumber)],
      ],
    );
  }
}

const signed = (value: number): string => `${value > 0 ? '+' : ''}${formatNumber(value)}`;
