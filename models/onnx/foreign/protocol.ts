import type { ErrorDetails } from '../../../contracts/errors.ts';
import type { ForeignTask } from './types.ts';

/** Values per raw column, one per row: a missing number is NaN, a missing text ''. */
export type RawColumns = Record<string, Float64Array | string[]>;

/** What the process that opens a foreign model is asked; travels by structured clone. */
export interface ExamineRequest {
  file: Uint8Array;
  about: ForeignTask;
  columns: RawColumns;
  rows: number;
}
export interface Examined {
  /** The model as the pipeline serves it. */
  bytes: Uint8Array;
  /** Its answers for the rows, row-major. */
  prediction: Float64Array;
  width: number;
  /** The largest difference to what the file itself answers for these rows. */
  parityMaxAbsolute: number;
}
export type ExamineReply =
  | { ok: true; examined: Examined }
  | { ok: false; message: string; details: ErrorDetails };
