import { InferenceSession } from 'onnxruntime-node';
import { type Columns, checkColumns, type ModelInput, toFeeds } from './columns.ts';

/** An open model: answers rows until it is released. */
export interface InferenceModel {
  /** In the order of the file's inputs; each is a column `[N, 1]`. */
  inputs: ModelInput[];
  /**
   * The file's output `prediction`, row-major: one number per row, or `width` numbers where it is `[N, width]`.
   * Columns that the model does not read are ignored. Many rows take several native runs, so that the event loop
   * is never held for long. A row's answer does not depend on its company. Rows in eights are not copied: leave
   * the columns alone until the answer is there.
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
  if (session.outputNames.includes(outputName)) return new Session(session);
  const outputs = session.outputNames.join(', ');
  await session.release();
  throw new RangeError(`the model has no output named "${outputName}", but ${outputs}`);
}

class Session implements InferenceModel {
  readonly inputs: ModelInput[];
  private readonly session: InferenceSession;
  private readonly underWay = new Set<Promise<unknown>>();
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
    const answer = rows <= this.runRows ? this.run(columns, 0, rows) : this.inRuns(columns, rows);
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

  private async inRuns(columns: Columns, rows: number): Promise<Float64Array> {
    let joined: Float64Array | undefined;
    for (let start = 0; start < rows; ) {
      const end = Math.min(start + this.runRows, rows);
      const values = await this.run(columns, start, end);
      const width = values.length / (end - start);
      joined ??= new Float64Array(rows * width);
      joined.set(values, start * width);
      start = end;
    }
    return joined ?? new Float64Array(0);
  }

  private async run(columns: Columns, start: number, end: number): Promise<Float64Array> {
    const feeds = toFeeds(this.inputs, columns, start, end);
    let startedMs = 0;
    // onnxruntime-node runs in a setImmediate of its own, so this one tells when it starts.
    setImmediate(() => {
      startedMs = performance.now();
    });
    const { data, dims } = (await this.session.run(feeds))[outputName];
    this.adapt(end - start, performance.now() - startedMs);
    return (data as Float64Array).subarray(0, (end - start) * dims[1]);
  }

  /** Half as many rows a run where a large one took too long, twice as many where a full one was quick. */
  private adapt(rows: number, tookMs: number): void {
    if (tookMs > targetRunMs && 2 * rows >= this.runRows)
      this.runRows = Math.max(minRunRows, this.runRows / 2);
    else if (tookMs < targetRunMs / 2 && rows >= this.runRows)
      this.runRows = Math.min(maxRunRows, 2 * this.runRows);
  }
}
