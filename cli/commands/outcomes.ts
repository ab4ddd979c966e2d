import { RelevoError } from '../../contracts/errors.ts';
import { type OutcomeStatus, outcomeStatuses } from '../../contracts/predictions.ts';
import { pathSegment } from '../client/http.ts';
import { outcomesSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { CsvTable } from '../rows/csv.ts';
import { type JsonRows, readRows } from '../rows/read.ts';

/** Below what one request may hold. */
const outcomesPerRequest = 2_000;

/** Tells the API what turned out, from a file or stdin, in as many requests as it takes. */
export async function outcomes(
  { terminal, api, interrupted }: CommandContext,
  pipeline: string,
  file: string | undefined,
): Promise<ExitCode> {
  const texts = terminal.texts.outcomes;
  const given = await readRows({ file, stdin: process.stdin }, terminal.texts);
  const told = given.kind === 'json' ? listed(given.rows) : fromCsv(given);
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}/outcomes`;
  const statuses: OutcomeStatus[] = [];
  for (let start = 0; start < told.length; start += outcomesPerRequest) {
    const chunk = told.slice(start, start + outcomesPerRequest);
    try {
      const answer = await client.post(path, { outcomes: chunk }, outcomesSchema, interrupted);
      statuses.push(...answer.outcomes.map(({ status }) => status));
    } catch (error) {
      throw error instanceof RelevoError ? atItsPlace(error, start) : error;
    }
  }
  const counts = outcomeStatuses.map((status) => ({
    status,
    rows: statuses.filter((other) => other === status).length,
  }));
  terminal.printJson({
    outcomes: statuses.map((status) => ({ status })),
    counts: Object.fromEntries(counts.map(({ status, rows }) => [status, rows])),
  });
  terminal.table(
    [{ title: texts.outcomes, align: 'right' }, { title: texts.became }],
    counts.filter(({ rows }) => rows > 0).map(({ status, rows }) => [String(rows), texts.statuses[status]]),
  );
  return exitCodes.ok;
}

/** A JSON file may hold the list, or what the API takes. */
function listed(rows: JsonRows): unknown[] {
  const [only] = rows;
  return rows.length === 1 && Array.isArray(only.outcomes) ? only.outcomes : rows;
}

/** A CSV has the API's names in its header; an empty cell is none. */
const fromCsv = ({ header, cells }: CsvTable): unknown[] =>
  cells.map((row) =>
    Object.fromEntries(
      header.flatMap((name, i) => {
        const text = row[i].trim();
        if (text === '') return [];
        const isNumber = name === 'actual' && Number.isFinite(Number(text));
        return [[name, isNumber ? Number(text) : text]];
      }),
    ),
  );

/** The API counts outcomes of one request; a person counts those of the file. */
function atItsPlace({ code, message, details }: RelevoError, start: number): RelevoError {
  const place = (text: string | undefined): string | undefined =>
    text?.replace(/outcomes\[(\d+)\]/, (_, index: string) => `outcome ${start + Number(index) + 1}`);
  const issues = details.issues?.map((issue) => ({ ...issue, where: place(issue.where) }));
  return new RelevoError(code, place(message) ?? message, {
    ...details,
    where: place(details.where),
    issues,
  });
}
