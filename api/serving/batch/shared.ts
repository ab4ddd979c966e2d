import type { Columns } from '../../../inference/columns.ts';
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
  const shared = async (
    columns: Columns,
    rows: number,
    own: (columns: Columns, rows: number) => Promise<ModelAnswer>,
  ): Promise<ModelAnswer> => {
    if (rows < leastShared || !helper.warm()) return await own(columns, rows);
    const half = Math.ceil(rows / 2);
    const rest = part(columns, half, rows);
    const [first, second] = await Promise.all([
      own(part(columns, 0, half), half),
      helper.ask(rest, rows - half).then(asModelAnswer, () => undefined),
    ]);
    return joined(first, second ?? (await own(rest, rows - half)));
  };
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    answer: (columns, rows) => shared(columns, rows, (some, count) => model.answer(some, count)),
    predict: (columns, rows) =>
      shared(columns, rows, async (some, count) => {
        const prediction = await model.predict(some, count);
        return { prediction, width: count === 0 ? 1 : prediction.length / count };
      }).then(({ prediction }) => prediction),
    async release() {
      helper.close();
      await model.release();
    },
  };
}

/** Copied: what is sent to another thread would take the whole column along. */
const part = (columns: Columns, start: number, end: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(start, end)]));

const asModelAnswer = ({ values, width, labels, interval }: Answers): ModelAnswer => ({
  prediction: values,
  width,
  label: labels,
  interval,
});

const joined = (first: ModelAnswer, second: ModelAnswer): ModelAnswer => ({
  prediction: both(first.prediction, second.prediction),
  width: first.width,
  label: first.label && [...first.label, ...(second.label ?? [])],
  interval: first.interval && second.interval && both(first.interval, second.interval),
});

function both(first: Float64Array, second: Float64Array): Float64Array {
  const whole = new Float64Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
