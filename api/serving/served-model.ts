import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { trimMemory } from '../../inference/runtime/trim.ts';
import { type InferenceModel, openModel } from '../../inference/session.ts';
import type { ModelVersion, PredictionBatch } from '../../registry/types.ts';
import { answerWriter } from './answer-json.ts';
import { type Answer, asker, noAnswers } from './answers.ts';
import { type AnsweredBody, type BatchThread, type BodyRequest, createBatchThread } from './batch/thread.ts';
import { createBatcher, sharedRows } from './batcher.ts';
import { collectAlone } from './collection.ts';
import { createColumns, type InputLayout, inputLayout, modelFeeds } from './rows/columns.ts';
import { compileRowReader, type RowReader } from './rows/reader.ts';

/** What serving needs to know of a version; the registry's rows have more. */
export type ServedVersion = ModelVersion;

/** What a forecast's model reads beside its inputs, one number per row each. */
type History = Record<string, Float64Array>;
type Asking = ReturnType<typeof asker>;

/** Requests of more rows than this are answered by another thread. */
const threadRows = 512;

/** A model version in memory: answers rows until it is retired and its last request has its answer. */
export interface ServedModel {
  readonly version: ServedVersion;
  /** Writes a row's answer as JSON. */
  readonly write: ReturnType<typeof answerWriter>;
  /** The index of the first bad row, which is then all that happens; else -1 and `answer` is called once. */
  predict(rows: readonly unknown[], answer: Answer, history?: History): number;
  /** Answers a whole request on another thread; undefined where none is open. @see BatchThread.answer */
  answerBody(
    request: BodyRequest,
    logged: (batch: PredictionBatch) => void,
  ): Promise<AnsweredBody> | undefined;
  /** Takes no new requests from the caller's side; the session is released after the last answer. */
  retire(): void;
  /** Whether it was retired: who asks it later than at once looks first. */
  readonly retired: boolean;
}

/**
 * Opens a version's model with a batch thread beside it. From then on the process collects its garbage as suits one that
 * answers requests.
 * @throws where the bytes are no model, or one that reads other columns than the version's spec says.
 */
export async function openServedModel(
  version: ServedVersion,
  onnx: string | Uint8Array,
): Promise<ServedModel> {
  collectAlone();
  const model = await openModel(onnx);
  await trimMemory();
  return serveModel(version, model, createBatchThread({ version, onnx }));
}

/**
 * @param thread answers what has many rows; all is answered here where there is none.
 * @throws RangeError where the model reads other columns than the version's spec says.
 */
export function serveModel(version: ServedVersion, model: InferenceModel, thread?: BatchThread): ServedModel {
  const layout = inputLayout(version.spec);
  checkInputs(version.spec, layout, model);
  const read = compileRowReader(version.spec);
  const addToBatch = createBatcher(model, layout, read);
  const ask = asker(model);
  /** Many rows are asked for off the event loop and in larger pieces there; here in small ones until it is open. */
  const askMany: Asking = (feeds, rows) =>
    (rows > threadRows && thread?.warm() ? thread : { ask }).ask(feeds, rows);
  let underway = 0;
  let retired = false;

  const releaseWhenIdle = (): void => {
    if (!retired || underway > 0) return;
    thread?.close();
    void model.release();
  };
  return {
    version,
    write: answerWriter(version),
    predict(rows, answer, history) {
      const answerAndLeave: Answer = (error, answers, start, end) => {
        underway--;
        answer(error, answers, start, end);
        releaseWhenIdle();
      };
      const bad =
        rows.length <= sharedRows && history === undefined
          ? addToBatch(rows, answerAndLeave)
          : predictMany(askMany, layout, read, rows, answerAndLeave, history);
      if (bad < 0) underway++;
      return bad;
    },
    answerBody(request, logged) {
      if (!thread?.warm()) return undefined;
      underway++;
      return thread.answer(request, logged).finally(() => {
        underway--;
        releaseWhenIdle();
      });
    },
    retire() {
      if (retired) return;
      retired = true;
      releaseWhenIdle();
    },
    get retired() {
      return retired;
    },
  };
}

function predictMany(
  ask: Asking,
  layout: InputLayout,
  read: RowReader,
  rows: readonly unknown[],
  answer: Answer,
  history: History = {},
): number {
  const columns = createColumns(layout, rows.length);
  for (let i = 0; i < rows.length; i++) {
    if (!read(rows[i], columns, i)) return i;
  }
  ask({ ...modelFeeds(layout, columns, 0, rows.length), ...history }, rows.length).then(
    (answers) => answer(undefined, answers, 0, rows.length),
    (error: unknown) => answer(error, noAnswers, 0, 0),
  );
  return -1;
}

function checkInputs(spec: PipelineSpec, layout: InputLayout, model: InferenceModel): void {
  for (const { name, kind } of model.inputs) {
    const known = kind === 'number' ? layout.numbers : layout.texts;
    if (!known.includes(name) && !Object.hasOwn(spec.forecast?.history ?? {}, name)) {
      throw new RangeError(
        `the model reads the ${kind} column "${name}", which is not among the inputs of ${spec.name}`,
      );
    }
  }
}
