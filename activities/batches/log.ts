import type { BatchInput, BatchLog } from '../../contracts/batch.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { businessKeySchema, type LoggedAnswer } from '../../contracts/predictions.ts';
import { throwIfAborted } from '../../data/duckdb.ts';
import type { ForecastMoment } from '../../inference/forecast/request.ts';
import type { ModelAnswer } from '../../inference/session.ts';
import { encodePredictions, type LoggedPrediction } from '../../registry/prediction-batches.ts';
import { batchIds } from '../../registry/prediction-ids.ts';
import type { PredictionRegistry } from '../../registry/types.ts';
import type { Pulse } from '../heartbeat.ts';
import type { ChunkRows } from './rows.ts';

/** Rows of one COPY, of which so many are in memory as text; one that was done is known by its first and last row. */
const rowsPerCopy = 2_000;

/** A chunk that was answered. */
export interface AnsweredChunk {
  spec: PipelineSpec;
  chunk: ChunkRows;
  answers: ModelAnswer;
  /** Of the chunk's rows, 1 where it has an answer. */
  answered: Uint8Array;
  /** Of the chunk's first row in the batch. */
  firstRow: number;
  /** What each row of a forecast is about. */
  moments?: readonly ForecastMoment[];
}

/** Gives a row's number in the batch the id of its prediction: the same one however often the batch is run. */
export const predictionIds = ({ runId, askedAt }: BatchLog): ((row: number) => string) =>
  batchIds(`${runId} ${askedAt}`, Date.parse(askedAt));

/**
 * Adds a chunk's answers to the prediction log as the pipeline's policy has it; the same chunk again changes nothing.
 * @param latencyUs from the start of the chunk to its answers: so long each of its rows took.
 * @throws RelevoError DATABASE_UNAVAILABLE
 */
export async function logAnswers(
  predictions: Pick<PredictionRegistry, 'copy'>,
  { pipeline, modelVersion }: Pick<BatchInput, 'pipeline' | 'modelVersion'>,
  log: BatchLog,
  answeredChunk: AnsweredChunk,
  { latencyUs, signal, report }: Pick<Pulse, 'signal' | 'report'> & { latencyUs: number },
): Promise<void> {
  const { chunk, answers, answered, firstRow } = answeredChunk;
  const idOf = predictionIds(log);
  const inputsOf = inputsReader(log, answeredChunk);
  const logged = (at: number): LoggedPrediction => ({
    ...{ id: idOf(firstRow + at), pipeline, version: modelVersion, latencyUs },
    ...{ key: businessKey(chunk.keys?.[at]), inputs: inputsOf(at), answer: answerAt(answers, at) },
  });
  let rows: LoggedPrediction[] = [];
  for (let at = 0; at < chunk.rows; at++) {
    if (answered[at] === 1) rows.push(logged(at));
    if (rows.length < rowsPerCopy && at < chunk.rows - 1) continue;
    throwIfAborted(signal);
    if (rows.length > 0) await predictions.copy(encodePredictions(rows));
    report({ phase: 'log', done: at + 1, total: chunk.rows });
    rows = [];
  }
}

/** Reads what is kept of a row: the cells that it has, as the model read them. */
function inputsReader(
  { policy }: BatchLog,
  { spec, chunk }: AnsweredChunk,
): (at: number) => Record<string, number | string> | undefined {
  if (!policy.inputs) return () => undefined;
  const time = spec.forecast?.time;
  const isKept = (name: string): boolean => !policy.redact.includes(name);
  const kept = spec.inputs.filter(isKept);
  return (at) => {
    const cells: Record<string, number | string> = {};
    if (time !== undefined && isKept(time)) cells[time] = chunk.times?.[at] ?? '';
    for (const name of kept) {
      const cell = chunk.columns[name][at];
      if (cell !== '' && !Number.isNaN(cell)) cells[name] = cell;
    }
    return cells;
  };
}

function answerAt({ prediction, width, label, interval }: ModelAnswer, at: number): LoggedAnswer {
  return {
    values: Array.from(prediction.subarray(at * width, (at + 1) * width)),
    ...(label && { label: label[at] }),
    ...(interval && { interval: [interval[2 * at], interval[2 * at + 1]] }),
  };
}

/** What is longer than a key may be names nothing that an outcome could be told of. */
const businessKey = (key: string | null | undefined): string | undefined =>
  businessKeySchema.safeParse(key).data;
