import { RelevoError } from '../../contracts/errors.ts';
import { type ApiClient, pathSegment } from '../client/http.ts';
import { type Prediction, pipelineDetailSchema, predictionsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { coerceCsv } from '../rows/coerce.ts';
import { type JsonRows, readRows } from '../rows/read.ts';
import type { Texts } from '../texts/index.ts';
import { predictFile } from './predict-file.ts';

/** Below what one request may hold. */
const rowsPerRequest = 5_000;
const shownDigits = 7;

interface Asked {
  row?: string | undefined;
  file?: string | undefined;
  out?: string | undefined;
  key?: string | undefined;
}

/**
 * Answers rows of `row`, of a file or of stdin in a table, asked for 5,000 at a time; one row that is refused ends it
 * with the place of that row, and no answer is shown. A file with `out` goes as a batch of any length, whose rows `key`
 * may name; each without what it goes with is REQUEST_INVALID.
 */
export async function predict(
  context: CommandContext,
  pipeline: string,
  named: string | undefined,
  { row, file = named, out, key }: Asked,
): Promise<ExitCode> {
  const { terminal, interrupted } = context;
  const { texts } = terminal;
  demandFit({ row, file, out, key }, texts);
  if (out !== undefined && file !== undefined)
    return await predictFile(context, pipeline, { file, out, key });
  const given = await readRows({ row, file, stdin: process.stdin }, texts);
  const client = await context.api();
  const detail = await client.get(
    `/v1/pipelines/${pathSegment(pipeline)}`,
    pipelineDetailSchema,
    interrupted,
  );
  const { rows, lines } = await asRows();
  const predictions = await askInChunks(client, pipeline, rows, lines, interrupted);
  terminal.printJson({ predictions });
  const unit = detail.target.unit ? ` (${detail.target.unit})` : '';
  terminal.table(
    [
      { title: texts.predict.row, align: 'right' },
      { title: `${detail.target.name}${unit}`, align: 'right', style: terminal.colors.bold },
      { title: texts.predict.version },
      { title: texts.predict.id, style: terminal.colors.dim },
    ],
    predictions.map((prediction, i) => [
      String(i + 1),
      shownAnswer(prediction),
      prediction.modelVersion,
      prediction.id,
    ]),
  );
  return exitCodes.ok;

  async function asRows(): Promise<{ rows: JsonRows; lines: number[] | undefined }> {
    if (given.kind === 'json') return { rows: given.rows, lines: undefined };
    const coerced = coerceCsv(given, detail.inputs);
    if (coerced.ignored.length > 0) terminal.note(texts.predict.ignored(coerced.ignored.join(', ')));
    return { rows: coerced.rows, lines: given.lines };
  }
}

function demandFit({ row, file, out, key }: Asked, texts: Texts): void {
  const refusal = (message: string, field: string, value: string): RelevoError =>
    new RelevoError('REQUEST_INVALID', message, { field, value, remedy: texts.usage.seeHelp('predict') });
  if (out !== undefined && (file === undefined || file === '-'))
    throw refusal(texts.predict.outNeedsFile, '--out', out);
  if (out !== undefined && row !== undefined) throw refusal(texts.predict.twoInputs, '--row', row);
  if (key !== undefined && out === undefined) throw refusal(texts.predict.keyNeedsOut, '--key', key);
}

const digits = (value: number): string => String(Number(value.toPrecision(shownDigits)));

/** `58.10 [57.9, 58.3]`, or `DIGITAL 81.2 %`. */
function shownAnswer({ value, interval, label, probabilities }: Prediction): string {
  if (label !== undefined) return `${label} ${(100 * (probabilities?.[label] ?? 0)).toFixed(1)} %`;
  if (value === undefined) return '–';
  if (interval === undefined) return digits(value);
  return `${digits(value)} [${digits(interval.low)}, ${digits(interval.high)}]`;
}

async function askInChunks(
  client: ApiClient,
  pipeline: string,
  rows: JsonRows,
  lines: number[] | undefined,
  signal: AbortSignal,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let start = 0; start < rows.length; start += rowsPerRequest) {
    const chunk = rows.slice(start, start + rowsPerRequest);
    try {
      const path = `/v1/pipelines/${pathSegment(pipeline)}/predict`;
      const answer = await client.post(path, { rows: chunk }, predictionsSchema, signal);
      predictions.push(...answer.predictions);
    } catch (error) {
      throw error instanceof RelevoError ? atItsPlace(error, start, lines) : error;
    }
  }
  return predictions;
}

/** The API counts rows of one request; a person counts lines of a file, or rows of the whole. */
function atItsPlace(error: RelevoError, start: number, lines: number[] | undefined): RelevoError {
  const place = (where: string | undefined): string | undefined =>
    where?.replace(/rows\[(\d+)\]/, (_, index: string) => {
      const row = start + Number(index);
      return lines === undefined ? `row ${row + 1}` : `line ${lines[row]}`;
    });
  const { code, message, details } = error;
  const issues = details.issues?.map((issue) => ({ ...issue, where: place(issue.where) }));
  return new RelevoError(code, place(message) ?? message, {
    ...details,
    where: place(details.where),
    issues,
  });
}
