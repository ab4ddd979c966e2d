import { isAnswered } from '../answer-json.ts';
import type { Answers } from '../answers.ts';
import type { AnsweredRows, LookedUpRows, PredictDeps, Question } from '../predict.ts';
import { noFiniteAnswer, rowsInvalid } from '../rows/invalid.ts';
import { keysOf } from '../rows/request.ts';
import type { ServedModel } from '../served-model.ts';
import { divide, type Part } from './lineup.ts';

export type History = Record<string, Float64Array>;

/** What a model said of the rows that it was asked, the first of them at `start`. */
interface Said {
  answers: Answers;
  start: number;
}

type Deps = Pick<PredictDeps, 'newId' | 'contenderFailed' | 'keyColumn' | 'lineup'>;

/** @throws the index of a bad row as `BadRow`, or what the model throws. */
const ask = (model: ServedModel, rows: readonly unknown[], history: History | undefined): Promise<Said> =>
  new Promise((resolve, reject) => {
    const bad = model.predict(
      rows,
      (error, answers, start) => (error === undefined ? resolve({ answers, start }) : reject(error)),
      history,
    );
    if (bad >= 0) reject(new BadRow(bad));
  });

class BadRow extends Error {
  readonly index: number;
  constructor(index: number) {
    super(`row ${index} is not as the model reads them`);
    this.index = index;
  }
}

const at = <T>(values: readonly T[], places: readonly number[]): T[] => places.map((place) => values[place]);
const historyAt = (history: History | undefined, places: readonly number[]): History | undefined =>
  history &&
  Object.fromEntries(
    Object.entries(history).map(([name, values]) => [
      name,
      Float64Array.from(places, (place) => values[place]),
    ]),
  );

/** The index of the first row without a finite answer; -1 where there is none. */
function firstUnanswered({ answers, start }: Said, rows: number): number {
  for (let i = 0; i < rows; i++) if (!isAnswered(answers, start + i)) return i;
  return -1;
}

/** @throws RelevoError ROW_INVALID naming the row by its place in the request. */
async function askChampion(model: ServedModel, part: Part, read: LookedUpRows): Promise<Said> {
  const rows = at(read.rows, part.places);
  const place = (index: number): string => read.place(part.places[index]);
  const said = await ask(model, rows, historyAt(read.history, part.places)).catch((error: unknown) => {
    throw error instanceof BadRow ? rowsInvalid(model.version.spec, rows, error.index, place) : error;
  });
  const bad = firstUnanswered(said, rows.length);
  if (bad >= 0) throw noFiniteAnswer(rows[bad], place(bad));
  return said;
}

/** A challenger that cannot answer, or was let go meanwhile, costs no request: the champion answers in its place. */
async function askPart({ lineup, read }: Question, part: Part, deps: Deps): Promise<Part & Said> {
  if (part.model !== lineup.champion && !part.model.retired) {
    try {
      const said = await ask(part.model, at(read.rows, part.places), historyAt(read.history, part.places));
      if (firstUnanswered(said, part.places.length) < 0) return { ...part, ...said };
      deps.contenderFailed(part.model, part.places.length, 'no finite answer');
    } catch (error) {
      deps.contenderFailed(part.model, part.places.length, error);
    }
  }
  const { pipeline } = lineup.champion.version;
  const champion = lineup.champion.retired ? deps.lineup(pipeline).champion : lineup.champion;
  return { ...part, model: champion, ...(await askChampion(champion, part, read)) };
}

/** Answers a request of a pipeline in contest: each row by the model that its key is assigned. */
export async function answerContest(
  question: Question,
  deps: Deps,
): Promise<{ json: string; parts: AnsweredRows[] }> {
  const { lineup, asker, given, read } = question;
  const keys = keysOf(given, asker.key, deps.keyColumn(lineup.champion.version.pipeline));
  const keyOf = (index: number): string => keys?.[index] ?? asker.key ?? asker.requestId;
  const parts = await Promise.all(
    divide(lineup, given.rows.length, keyOf).map((part) => askPart(question, part, deps)),
  );
  const written: string[] = new Array(given.rows.length);
  const answered = parts.map(({ model, places, answers, start }): AnsweredRows => {
    const ids = places.map((place, i) => {
      const id = deps.newId();
      written[place] = model.write(answers, start + i, id, read.rows[place], read.moments?.[place]);
      return id;
    });
    return {
      ...{ lineup, model, asker, answers, start, ids },
      given: at(given.rows, places),
      keys: keys && at(keys, places),
      read: { rows: at(read.rows, places), history: historyAt(read.history, places) },
    };
  });
  return { json: `{"predictions":[${written.join(',')}]}`, parts: answered };
}
