/** One row of a stream: the model's inputs, then the class. */
export type StreamRow = readonly (number | string)[];

/** A process whose rule for the class changes at known rows. */
export interface ConceptProcess {
  columns: readonly string[];
  /** Where its definition is from. */
  reference: string;
  /** Rules in their order, each for an equal part of the rows. */
  schedule: readonly number[];
  /** Rows over which one rule gives way to the next; 1 is abrupt. */
  width: number;
  /** Draws rows by the rule that it is given for each. */
  start(random: () => number): (rule: number) => StreamRow;
}

/** First rows of the parts after the first: where the rule changes, or begins to. */
export function changesOf(process: Pick<ConceptProcess, 'schedule'>, rows: number): number[] {
  const parts = process.schedule.length;
  return Array.from({ length: parts - 1 }, (_, part) => Math.ceil(((part + 1) * rows) / parts));
}

/**
 * The rule of each row: within `width` rows after a change the new one holds with a probability that rises from 0 to 1,
 * as in a blend of two streams.
 */
export function* rulesOf(
  process: Pick<ConceptProcess, 'schedule' | 'width'>,
  rows: number,
  random: () => number,
): Generator<number> {
  const { schedule, width } = process;
  const changes = changesOf(process, rows);
  let part = 0;
  for (let row = 0; row < rows; row++) {
    if (row === changes[part]) part += 1;
    const since = part === 0 ? width : row - changes[part - 1];
    const isNew = since >= width || random() < (since + 1) / width;
    yield schedule[isNew ? part : part - 1];
  }
}
