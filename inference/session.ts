import { InferenceSession } from 'onnxruntime-node';
import { type Columns, checkColumns, type ModelInput, type Rows, toFeeds } from './columns.ts';

export type { Columns, ModelInput } from './columns.ts';

/** An open model: answers rows until it is released. */
export interface InferenceModel {
  /** In the order of the file's inputs; each is a column `[N, 1]`. */
  inputs: ModelInput[];
  /**
   * The file's output `prediction`, row-major: one number per row, or `width` numbers where it is `[N, width]`.
   * Columns that the model does not read are ignored. Calls that arrive together share one native run, long ones
   * take several, so that the event loop is never held for long; a row's answer does not depend on its company.
   * @throws RangeError where a column is absent, of the other kind, or not `rows` long.
   */
  predict(columns: Columns, rows: number): Promise<Float64Array>;
  /** Waits for the calls under way, then frees the native memory. */
  release(): Promise<void>;
}

const outputName = 'prediction';
/** How long one native run may hold the event loop; the most rows of a run are adapted to it. */
const targetRunMs = 4;
const minRunRows = 16;
const initialRunRows = 512;
const maxRunRows = 65_536;

/**
 * Opens an ONNX file with onnxruntime on CPU.
 * @param options.threads intra-op threads of one run, 1 unless told: rows are few and runs are many.
 * @throws RangeError where the file has no output `prediction`; Error where it is no ONNX file.
 */
export async function openModel(
  bytesOrPath: Uint8Array | string,
  { threads = 1 }: { threads?: number } = {},
): Promise<InferenceModel> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
  const session = await (typeof bytesOrPath === 'string'
    ? InferenceSession.create(bytesOrPath, options)
    : InferenceSession.create(bytesOrPath, options));
  if (session.outputNames.includes(outputName)) return new SharedSession(session);
  const outputs = session.outputNames.join(', ');
  await session.release();
  throw new RangeError(`the model has no output named "${outputName}", but ${outputs}`);
}

interface Call extends Rows {
  resolve(values: Float64Array): void;
  reject(error: unknown): void;
}

class SharedSession implements InferenceModel {
  readonly inputs: ModelInput[];
  private readonly session: InferenceSession;
  private waiting: Call[] = [];
  private underWay = new Set<Promise<unknown>>();
  private runRows = initialRunRows;

  constructor(session: InferenceSession) {
    this.session = session;
    this.inputs = session.inputMetadata.map(
      (input): ModelInput => ({
        name: input.name,
        kind: input.isTensor && input.type === 'string' ? 'text' : 'number',
      }),
    );
  }

  async predict(columns: Columns, rows: number): Promise<Float64Array> {
    checkColumns(this.inputs, columns, rows);
    if (rows === 0) return new Float64Array(0);
    const answer =
      rows <= this.runRows ? this.join({ columns, start: 0, end: rows }) : this.inRuns(columns, rows);
    this.underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(answer);
    }
  }

  async release(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.session.release();
  }

  /** Waits with the other calls of this turn of the event loop for a common run. */
  private join(rows: Rows): Promise<Float64Array> {
    if (this.waiting.length === 0) setImmediate(() => this.runWaiting());
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...rows, resolve, reject });
    });
  }

  private runWaiting(): void {
    const calls = this.waiting;
    this.waiting = [];
    for (let first = 0; first < calls.length; ) {
      let rows = 0;
      let after = first;
      while (after < calls.length && (after === first || rows + rowsOf(calls[after]) <= this.runRows))
        rows += rowsOf(calls[after++]);
      void this.answer(calls.slice(first, after));
      first = after;
    }
  }

  private async answer(calls: Call[]): Promise<void> {
    try {
      const { values, width } = await this.run(calls);
      let offset = 0;
      for (const call of calls) {
        const end = offset + rowsOf(call) * width;
        call.resolve(values.slice(offset, end));
        offset = end;
      }
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  private async inRuns(columns: Columns, rows: number): Promise<Float64Array> {
    let joined: Float64Array | undefined;
    for (let start = 0; start < rows; ) {
      const end = Math.min(start + this.runRows, rows);
      const { values, width } = await this.run([{ columns, start, end }]);
      joined ??= new Float64Array(rows * width);
      joined.set(values.subarray(0, (end - start) * width), start * width);
      start = end;
    }
    return joined ?? new Float64Array(0);
  }

  private async run(parts: Rows[]): Promise<{ values: Float64Array; width: number }> {
    const rows = parts.reduce((sum, part) => sum + rowsOf(part), 0);
    let startedMs = 0;
    // onnxruntime-node runs in a setImmediate of its own, so this one tells when it starts.
    setImmediate(() => {
      startedMs = performance.now();
    });
    const output = (await this.session.run(toFeeds(this.inputs, parts)))[outputName];
    this.adapt(rows, performance.now() - startedMs);
    return { values: output.data as Float64Array, width: output.dims[1] };
  }

  /** Half as many rows a run where a large one took too long, twice as many where a full one was quick. */
  private adapt(rows: number, tookMs: number): void {
    if (tookMs > targetRunMs && 2 * rows >= this.runRows)
      this.runRows = Math.max(minRunRows, this.runRows / 2);
    else if (tookMs < targetRunMs / 2 && rows >= this.runRows)
      this.runRows = Math.min(maxRunRows, 2 * this.runRows);
  }
}

const rowsOf = ({ start, end }: Rows): number => end - start;
