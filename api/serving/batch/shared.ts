import type { Columns } from '../../../inference/columns.ts';
import { joinNumbers } from '../../../inference/joined.ts';
import type { InferenceModel, ModelAnswer } from '../../../inference/session.ts';
import type { Answers } from '../answers.ts';
import type { BatchThread } from './thread.ts';

/** Rows below which sending them to another thread takes longer than it saves. */
export const leastShared = 2_048;

/** One of two who answer: asked for columns of so many rows. */
export type Helper = Pick<BatchThread, 'warm' | 'ask' | 'close'>;

/**
 * The same model, which has half of the rows of a large batch answered by a helper at the same time. A row's answer has
 * the same bits whoever gives it. What a helper cannot answer, or is not open for, is answered here.
 */
export function sharedWith(helper: Helper, model: InferenceModel): InferenceModel {
  const shared = async <Said>(
    columns: Columns,
    rows: number,
    { own, helped, join }: Ways<Said>,
  ): Promise<Said> => {
    if (rows < leastShared || !helper.warm()) return await own(columns, rows);
    const half = Math.ceil(rows / 2);
    const rest = part(columns, half, rows);
    const [first, second] = await Promise.all([
      own(part(columns, 0, half), half),
      helper.ask(rest, rows - half).then(helped, () => undefined),
    ]);
    return join(first, second ?? (await own(rest, rows - half)));
  };
  const answers: Ways<ModelAnswer> = {
    own: (columns, rows) => model.answer(columns, rows),
    helped: ({ values, width, labels, interval }) => ({ prediction: values, width, label: labels, interval }),
    join: joinAnswers,
  };
  const predictions: Ways<Float64Array> = {
    own: (columns, rows) => model.predict(columns, rows),
    helped: ({ values }) => values,
    join: (...halves) => joinNumbers(halves),
  };
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    answer: (columns, rows) => shared(columns, rows, answers),
    predict: (columns, rows) => shared(columns, rows, predictions),
    async release() {
      helper.close();
      await model.release();
    },
  };
}

/** How rows are answered here, what a helper said of them in the same form, and both halves in one. */
interface Ways<Said> {
  own(columns: Columns, rows: number): Promise<Said>;
  helped(answers: Answers): Said;
  join(first: Said, second: Said): Said;
}

/** Copied: what is sent to another thread would take the whole column along. */
const part = (columns: Columns, start: number, end: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(start, end)]));

const joinAnswers = (first: ModelAnswer, second: ModelAnswer): ModelAnswer => ({
  prediction: joinNumbers([first.prediction, second.prediction]),
  width: first.width,
  label: first.label && [...first.label, ...(second.label ?? [])],
  interval: first.interval && second.interval && joinNumbers([first.interval, second.interval]),
});
