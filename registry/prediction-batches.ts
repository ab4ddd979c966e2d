import type { LoggedAnswer } from '../contracts/predictions.ts';
import { idMoment } from './prediction-ids.ts';
import type { Prediction, PredictionBatch } from './types.ts';

/** What of a row is written, in the order of `columns`. */
export type LoggedPrediction = Omit<Prediction, 'at'>;

export const batchColumns = 'id, at, pipeline, version, key, inputs, answer, latency_us, stage, others';

const missing = '\\N';
const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Text of PostgreSQL's COPY: its four special characters escaped; a NUL, which it cannot hold, replaced. */
function field(text: string): string {
  const escaped = special.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (found) => escapes[found]) : text;
  return escaped.includes('\0') ? escaped.replaceAll('\0', '\u{fffd}') : escaped;
}

/** JSON has escaped all that is special already, with backslashes that are doubled. */
const jsonText = (json: string): string => (json.includes('\\') ? json.replaceAll('\\', '\\\\') : json);

/** As `JSON.stringify` writes an answer, at half its cost; every number of an answer is finite. */
function answerJson({ values, label, interval }: LoggedAnswer, head = ''): string {
  const named = label === undefined ? '' : `,"label":${JSON.stringify(label)}`;
  const bounds = interval === undefined ? '' : `,"interval":[${interval[0]},${interval[1]}]`;
  return `{${head}"values":[${values.join(',')}]${named}${bounds}}`;
}
const otherJson = (other: LoggedAnswer & { version: string }): string =>
  answerJson(other, `"version":${JSON.stringify(other.version)},`);

function line({ id, pipeline, version, ...row }: LoggedPrediction): string {
  const { key, inputs, answer, latencyUs, stage, others } = row;
  const asked = inputs === undefined ? missing : jsonText(JSON.stringify(inputs));
  const tookUs = Math.min(2_147_483_647, Math.max(0, Math.round(latencyUs)));
  const beside = others === undefined ? missing : jsonText(`[${others.map(otherJson).join(',')}]`);
  return (
    `${id}\t${idMoment(id)}\t${field(pipeline)}\t${field(version)}\t${key === undefined ? missing : field(key)}\t` +
    `${asked}\t${jsonText(answerJson(answer))}\t${tookUs}\t${stage ?? missing}\t${beside}\n`
  );
}

/** Writes rows as one batch of PostgreSQL's COPY text format. Needs at least one row. */
export const encodePredictions = (rows: readonly LoggedPrediction[]): PredictionBatch => ({
  data: Buffer.from(rows.map(line).join('')),
  rows: rows.length,
  first: rows[0].id,
  last: rows[rows.length - 1].id,
});

const newLine = 0x0a;
const idLength = 36;

/** A batch from its bytes. @throws RangeError where they were cut off. */
export function readPredictions(data: Buffer): PredictionBatch {
  if (data.at(-1) !== newLine) throw new RangeError('a batch of predictions that does not end');
  let rows = 0;
  let lastLine = 0;
  for (let at = data.indexOf(newLine); at >= 0; at = data.indexOf(newLine, at + 1)) {
    rows++;
    if (at + 1 < data.length) lastLine = at + 1;
  }
  const idAt = (offset: number): string => data.toString('latin1', offset, offset + idLength);
  return { data, rows, first: idAt(0), last: idAt(lastLine) };
}
