import type { InferenceModel } from '../../inference/session.ts';

/** What a model said about some rows. */
export interface Answers {
  /** Row-major, `width` numbers per row: the value, or one probability per class. */
  values: Float64Array;
  width: number;
  /** The class that was decided on, where the model decides. */
  labels?: string[];
  /** Lower and upper bound per row, row-major. */
  interval?: Float64Array;
}

/** Hears the answers of its rows, from `start` up to `end`, or why there are none. */
export type Answer = (error: unknown, answers: Answers, start: number, end: number) => void;

export const noAnswers: Answers = { values: new Float64Array(0), width: 1 };

type Feeds = Record<string, Float64Array | string[]>;

/** Asks the model for all that it says; a plain value takes the shorter way. */
export function asker(model: InferenceModel): (feeds: Feeds, rows: number) => Promise<Answers> {
  const { label, interval } = model.outputs;
  if (!label && !interval)
    return async (feeds, rows) => {
      const values = await model.predict(feeds, rows);
      return { values, width: rows === 0 ? 1 : values.length / rows };
    };
  return async (feeds, rows) => {
    const { prediction, width, label: labels, interval: bounds } = await model.answer(feeds, rows);
    return { values: prediction, width, labels, interval: bounds };
  };
}
