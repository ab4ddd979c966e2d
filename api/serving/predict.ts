import type { ModelVersion } from '../../registry/types.ts';
import { isAnswered } from './answer-json.ts';
import type { Answer, Answers } from './answers.ts';
import type { Histories } from './forecast/histories.ts';
import { type ForecastRequest, forecastRequest } from './forecast/rows.ts';
import { answerContest } from './routing/contest-answer.ts';
import type { Lineup } from './routing/lineup.ts';
import { noFiniteAnswer, rowsInvalid } from './rows/invalid.ts';
import { keysOf, type RequestRows, requestRows } from './rows/request.ts';
import type { ServedModel } from './served-model.ts';

/** A request's rows with what a forecast's model reads beside its inputs. */
export type LookedUpRows = RequestRows & Partial<Pick<ForecastRequest, 'history' | 'moments'>>;

/** Who asked, and when. */
export interface Asker {
  requestId: string;
  /** What the request is about, in the client's own words. */
  key?: string;
  /** By `performance.now()`. */
  startedMs: number;
  /** Of the request's body: about what its rows take of memory as long as they wait for the log. */
  bodyBytes: number;
}

/** Rows that one model has answered. */
export interface AnsweredRows {
  lineup: Lineup;
  model: ServedModel;
  asker: Asker;
  /** As they were asked. */
  given: readonly unknown[];
  /** Business keys, where any row has one. */
  keys?: readonly (string | undefined)[];
  /** As the model read them. */
  read: Pick<LookedUpRows, 'rows' | 'history'>;
  answers: Answers;
  /** Of the first row in the answers. */
  start: number;
  /** One per row. */
  ids: string[];
}

type Done = (error: unknown, json: string, rows: number) => void;
export interface PredictDeps {
  newId: () => string;
  histories: Histories;
  /** The models that may answer now. @throws RelevoError as `Champions` does. */
  lineup(pipeline?: string): Lineup;
  /** The column of a pipeline's rows that holds their business key. */
  keyColumn(pipeline: string): string | undefined;
  /** Hears what was answered once the answer is on its way. */
  answered(rows: AnsweredRows): void;
  /** Hears that a challenger could not answer rows, which the champion then does. */
  contenderFailed(model: ServedModel, rows: number, error: unknown): void;
}

/**
 * Answers a parsed body with predictions: a row, a list of rows, or `{"rows": […], "keys": […]}`.
 * `done` hears either an error or the answer's JSON, never later than the model's run.
 * @throws RelevoError REQUEST_INVALID, BODY_TOO_LARGE, ROW_INVALID naming field, value and what was expected.
 */
export function predict(lineup: Lineup, body: unknown, asker: Asker, deps: PredictDeps, done: Done): void {
  const { version } = lineup.champion;
  const given = requestRows(body, version.spec);
  if (version.spec.forecast === undefined) answer({ lineup, asker, given, read: given }, deps, done);
  else lookUpAndAnswer(lineup, given, asker, deps, done);
}

function lookUpAndAnswer(
  lineup: Lineup,
  given: RequestRows,
  asker: Asker,
  deps: PredictDeps,
  done: Done,
): void {
  const { version } = lineup.champion;
  withHistory(version, given, deps.histories)
    .then((read) => {
      // The champion may have moved while its history was looked up.
      const now = lineup.champion.retired ? deps.lineup(version.pipeline) : lineup;
      answer({ lineup: now, asker, given, read }, deps, done);
    })
    .catch((error: unknown) => done(error, '', 0));
}

/** A request on its way to an answer. */
export interface Question {
  lineup: Lineup;
  asker: Asker;
  given: RequestRows;
  read: LookedUpRows;
}

function answer(question: Question, deps: PredictDeps, done: Done): void {
  if (question.lineup.contenders.length === 0) answerAsChampion(question, deps, done);
  else
    answerContest(question, deps).then(
      ({ json, parts }) => {
        done(undefined, json, question.given.rows.length);
        parts.forEach(deps.answered);
      },
      (error: unknown) => done(error, '', 0),
    );
}

/** Answers rows by the champion alone. @throws RelevoError ROW_INVALID */
export function answerAsChampion(
  { lineup, asker, given, read }: Question,
  deps: Pick<PredictDeps, 'newId' | 'keyColumn' | 'answered'>,
  done: Done,
): void {
  const model = lineup.champion;
  const { rows, place, history, moments } = read;
  const answer: Answer = (error, answers, start, end) => {
    if (error !== undefined) return done(error, '', 0);
    for (let i = start; i < end; i++) {
      if (!isAnswered(answers, i)) return done(noFiniteAnswer(rows[i - start], place(i - start)), '', 0);
    }
    const ids: string[] = [];
    let json = '{"predictions":[';
    for (let row = start; row < end; row++) {
      const id = deps.newId();
      ids.push(id);
      json +=
        (row === start ? '' : ',') + model.write(answers, row, id, rows[row - start], moments?.[row - start]);
    }
    done(undefined, `${json}]}`, end - start);
    const keys = keysOf(given, asker.key, deps.keyColumn(model.version.pipeline));
    deps.answered({ lineup, model, asker, given: given.rows, keys, read, answers, start, ids });
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
