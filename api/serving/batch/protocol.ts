import type { LogPolicy } from '../../../contracts/predictions.ts';
import type { Columns } from '../../../inference/columns.ts';
import type { ModelAnswer } from '../../../inference/session.ts';
import type { ModelVersion, PredictionBatch } from '../../../registry/types.ts';
import type { SentError } from '../../../threads/sent-error.ts';

/** What a thread is started with. @property onnx the model's path or bytes. */
export interface ThreadData {
  version: ModelVersion;
  onnx: string | Uint8Array;
  /** Of another such thread: it has no helper of its own. */
  helps?: boolean;
}

/** Rows that were read already. */
export interface ColumnsTask {
  kind: 'columns';
  id: number;
  columns: Columns;
  rows: number;
}
/** A request's body as it came. */
export interface BodyTask {
  kind: 'body';
  id: number;
  /** JSON: a row, a list of rows, or `{"rows": […], "keys": […]}`. */
  body: Uint8Array;
  requestId: string;
  /** What the request is about, in the client's own words. */
  key?: string;
  /** Milliseconds since 1970: each thread's `performance.now()` begins elsewhere. */
  startedAtMs: number;
  /** How its rows are logged. */
  policy: LogPolicy;
}
export type Task = ColumnsTask | BodyTask | { kind: 'end' };

/** What a thread says of a task; the last that it says has `isLast`. */
export type Said =
  | { id: number; isLast: true; kind: 'columns'; answered: ModelAnswer }
  | { id: number; isLast: boolean; kind: 'json'; json: Uint8Array; rows: number }
  | { id: number; isLast: boolean; kind: 'logged'; batch: PredictionBatch }
  | { id: number; isLast: true; kind: 'failed'; error: SentError };
