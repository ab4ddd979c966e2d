import type { ContestRoute } from '../../../contracts/contest.ts';
import type { LoggedAnswer, LogPolicy } from '../../../contracts/predictions.ts';
import type { LoggedPrediction } from '../../../registry/prediction-batches.ts';
import type { Answers } from '../answers.ts';
import type { AnsweredRows } from '../predict.ts';

/** Few enough to be written within a few milliseconds, which is how long requests wait for it. */
export const batchRows = 500;
/** Rows this large are written in smaller batches. */
export const batchBytes = 4 * 1024 * 1024;
/** About what a row takes beside what it was asked with: its answer, its id, its keys. */
const rowBytes = 256;

/** Rows of one request that one model answered, on their way into the log. */
export interface LogEntry {
  pipeline: string;
  version: string;
  /** One per row. */
  ids: readonly string[];
  rows: readonly unknown[];
  keys?: readonly (string | undefined)[];
  said: Said;
  /** About what the entry takes of memory. */
  bytes: number;
  latencyUs: number;
  stage?: ContestRoute['stage'];
  /** Models that were asked beside. */
  others?: (Said & { version: string })[];
}
/** Answers of which the entry's first row is at `start`. */
interface Said {
  answers: Answers;
  start: number;
}

/** Of rows that are answered now. @param stage of the contest that they were asked in */
export function entryOf(answered: AnsweredRows, stage?: ContestRoute['stage']): LogEntry {
  const { model, asker, given, keys, answers, start, ids } = answered;
  const { pipeline, version } = model.version;
  const latencyUs = Math.round((performance.now() - asker.startedMs) * 1_000);
  const bytes = asker.bodyBytes + rowBytes * ids.length;
  return { pipeline, version, ids, rows: given, keys, said: { answers, start }, bytes, latencyUs, stage };
}

function answerOf({ answers, start }: Said, index: number): LoggedAnswer {
  const { values, width, labels, interval } = answers;
  const row = start + index;
  return {
    values: width === 1 ? [values[row]] : Array.from(values.subarray(row * width, (row + 1) * width)),
    ...(labels && { label: labels[row] }),
    ...(interval && { interval: [interval[2 * row], interval[2 * row + 1]] }),
  };
}

/** The row as the pipeline's policy keeps it. */
function keptInputs(row: unknown, { inputs, redact }: LogPolicy): unknown {
  if (!inputs) return undefined;
  if (redact.length === 0 || typeof row !== 'object' || row === null) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => !redact.includes(name)));
}

/** The rows of an entry from `from` up to `to`. */
export const predictionsOf = (
  entry: LogEntry,
  policy: LogPolicy,
  from: number,
  to: number,
): LoggedPrediction[] =>
  entry.ids.slice(from, to).map((id, at) => {
    const index = from + at;
    return {
      id,
      pipeline: entry.pipeline,
      version: entry.version,
      key: entry.keys?.[index],
      inputs: keptInputs(entry.rows[index], policy),
      answer: answerOf(entry.said, index),
      latencyUs: entry.latencyUs,
      stage: entry.stage,
      others: entry.others?.map(({ version, ...said }) => ({ version, ...answerOf(said, index) })),
    };
  });
