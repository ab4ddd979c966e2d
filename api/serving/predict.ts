import { type ErrorDetails, RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { shownJson } from '../http/shown-json.ts';
import { limits } from '../limits.ts';
import { isAnswered } from './answer-json.ts';
import type { Answer } from './answers.ts';
import type { Histories } from './forecast/histories.ts';
import { type ForecastRequest, forecastRequest } from './forecast/rows.ts';
import { rowFaults } from './row-faults.ts';
import type { ServedModel } from './served-model.ts';

/** What a request said: its rows, and how to name the place of one in an answer. */
interface RequestRows {
  rows: readonly unknown[];
  place(index: number): string;
}

/** With what a forecast's model reads beside its inputs. */
type LookedUpRows = RequestRows & Partial<Pick<ForecastRequest, 'history' | 'moments'>>;

type Done = (error: unknown, json: string, rows: number) => void;
interface Deps {
  newId: () => string;
  histories: Histories;
}

/**
 * Answers a parsed body with predictions: a row, a list of rows, or `{"rows": […]}`.
 * `done` hears either an error or the answer's JSON, never later than the model's run.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE, ROW_INVALID naming field, value and what was expected.
 */
export function predict(model: ServedModel, body: unknown, deps: Deps, done: Done): void {
  const request = requestRows(body, model.version.spec);
  if (model.version.spec.forecast === undefined) answerRows(model, request, deps, done);
  else
    withHistory(model.version, request, deps.histories)
      .then((known) => answerRows(model, known, deps, done))
      .catch((error: unknown) => done(error, '', 0));
}

function answerRows(
  model: ServedModel,
  { rows, place, history, moments }: LookedUpRows,
  { newId }: Deps,
  done: Done,
): void {
  const answer: Answer = (error, answers, start, end) => {
    if (error !== undefined) return done(error, '', 0);
    for (let i = start; i < end; i++) {
      if (!isAnswered(answers, i)) return done(noFiniteAnswer(rows[i - start], place(i - start)), '', 0);
    }
    done(undefined, model.write(answers, start, end, newId, moments), end - start);
  };
  const bad = model.predict(rows, answer, history);
  if (bad >= 0) throw rowsInvalid(model.version.spec, rows, bad, place);
}

/**
 * The rows of a forecast with what its model looks up for each; rows of any other pipeline as they are.
 * @throws RelevoError ROW_INVALID where a row's time is none that can be forecast; DATASET_NOT_FOUND.
 */
export async function withHistory(
  { spec, pipeline, source }: ModelVersion,
  { rows, place }: RequestRows,
  histories: Histories,
): Promise<LookedUpRows> {
  const { forecast } = spec;
  if (forecast === undefined) return { rows, place };
  const series = await histories.of(pipeline, source);
  return { place, ...forecastRequest({ ...spec, forecast }, series, rows, place) };
}

function requestRows(body: unknown, spec: PipelineSpec): RequestRows {
  if (Array.isArray(body)) return { rows: countedRows(body, 'body'), place: (index) => `[${index}]` };
  if (typeof body !== 'object' || body === null) {
    throw new RelevoError('REQUEST_INVALID', `The body is ${shownJson(body)}; expected a row or rows.`, {
      field: 'body',
      value: body,
      expected: 'a row {"column": value, …}, a list of rows, or {"rows": […]}',
    });
  }
  if (!('rows' in body) || Object.hasOwn(spec.columns, 'rows')) return { rows: [body], place: () => 'row' };
  return { rows: envelopeRows(body), place: (index) => `rows[${index}]` };
}

function envelopeRows(body: { rows: unknown }): readonly unknown[] {
  const other = Object.keys(body).find((key) => key !== 'rows');
  if (other !== undefined) {
    throw new RelevoError(
      'REQUEST_INVALID',
      `"${other.slice(0, 80)}" stands beside "rows"; expected "rows" alone.`,
      {
        field: other.slice(0, 80),
        value: Reflect.get(body, other),
        expected: 'nothing beside "rows"',
      },
    );
  }
  if (Array.isArray(body.rows)) return countedRows(body.rows, 'rows');
  throw new RelevoError('REQUEST_INVALID', `"rows" is ${shownJson(body.rows)}; expected a list of rows.`, {
    field: 'rows',
    value: body.rows,
    expected: 'a list of rows',
  });
}

function countedRows(rows: readonly unknown[], field: string): readonly unknown[] {
  if (rows.length > 0 && rows.length <= limits.rows) return rows;
  const details = { field, value: rows.length, expected: `1 to ${limits.rows} rows` };
  throw rows.length === 0
    ? new RelevoError(
        'REQUEST_INVALID',
        `"${field}" is an empty list; expected ${details.expected}.`,
        details,
      )
    : new RelevoError(
        'BODY_TOO_LARGE',
        `"${field}" has ${rows.length} rows; expected ${details.expected}.`,
        details,
      );
}

/** @throws RelevoError ROW_INVALID where a row is not one that the pipeline's model takes. */
export function checkRows(
  spec: PipelineSpec,
  rows: readonly unknown[],
  place: (index: number) => string,
): void {
  const bad = rows.findIndex((row) => rowFaults(spec, row, '').length > 0);
  if (bad >= 0) throw rowsInvalid(spec, rows, bad, place);
}

/** Describes the first bad row in full, and as many of the following as an answer may list. */
function rowsInvalid(
  spec: PipelineSpec,
  rows: readonly unknown[],
  firstBad: number,
  place: (index: number) => string,
): RelevoError {
  const faults: Omit<ErrorDetails, 'issues'>[] = [];
  for (let i = firstBad; i < rows.length && faults.length <= limits.issues; i++) {
    faults.push(...rowFaults(spec, rows[i], place(i)));
  }
  const [first, ...issues] = faults;
  if (first === undefined) {
    return new RelevoError('INTERNAL', 'A row was refused that has no fault.', { where: place(firstBad) });
  }
  const value = first.value === null ? 'missing' : JSON.stringify(first.value);
  return new RelevoError(
    'ROW_INVALID',
    `${first.where}: "${first.field}" is ${value}; expected ${first.expected}.`,
    { ...first, issues },
  );
}

const noFiniteAnswer = (row: unknown, where: string): RelevoError =>
  new RelevoError('ROW_INVALID', `${where}: the model has no finite answer for these values.`, {
    field: where,
    value: row,
    expected: 'values like those the model learned from',
    where,
  });
