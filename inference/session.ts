import { InferenceSession, type OnnxValue } from 'onnxruntime-node';
import { z } from 'zod';
import { type Columns, checkColumns, type ModelInput } from './columns.ts';
import { createFeeds } from './feeds.ts';
import { readMetadata, rowsMetadata } from './metadata.ts';

/** Everything that a model says about rows. */
export interface ModelAnswer {
  /** Row-major, `width` numbers per row: the target's value, or one probability per class. */
  prediction: Float64Array;
  width: number;
  /** The answered class per row. */
  label?: string[];
  /** Lower and upper bound per row, row-major. */
  interval?: Float64Array;
}

/** What a model answers beside its prediction. */
export interface ModelOutputs {
  label: boolean;
  interval: boolean;
  /** The classes that the prediction has a probability for, in its order. */
  classes?: string[];
}

/** An open model: answers rows until it is released. */
export interface InferenceModel {
  /** In the order of the file's inputs; each is a column `[N, 1]`. */
  inputs: ModelInput[];
  outputs: ModelOutputs;
  /**
   * The file's output `prediction`, row-major: one number per row, or `width` numbers where it is `[N, width]`.
   * Columns that the model does not read are ignored. Many rows take several native runs, so that the event loop
   * is never held for long. A row's answer does not depend on its company. Rows may not be copied: leave the
   * columns alone until the answer is there.
   * @throws RangeError where a column is absent, of the other kind, or not `rows` long.
   */
  predict(columns: Columns, rows: number): Promise<Float64Array>;
  /** Like `predict`, with every output that the file has. */
  answer(columns: Columns, rows: number): Promise<ModelAnswer>;
  /** Waits for the calls under way, then frees the native memory. */
  release(): Promise<void>;
}

const predictionOnly = ['prediction'];
/** How long one native run may hold the event loop; the most rows of a run are adapted to it. */
const targetRunMs = 4;
const minRunRows = 16;
const initialRunRows = 512;
const maxRunRows = 65_536;

/**
 * Opens an ONNX file with onnxruntime on CPU.
 * @param options.threads intra-op threads of one run, 1 unless told: rows are few and runs are many.
 * @param options.runRows rows of one native run, for who may be held for long; adapted to a few milliseconds where absent.
 * @throws RangeError where the file has no output `prediction`; Error where it is no ONNX file.
 */
export async function openModel(
  bytesOrPath: Uint8Array | string,
  { threads = 1, runRows }: { threads?: number; runRows?: number } = {},
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
  try {
    const { outputNames } = session;
    if (!outputNames.includes('prediction'))
      throw new RangeError(`the model has no output named "prediction", but ${outputNames.join(', ')}`);
    const metadata = await readMetadata(bytesOrPath);
    const { classes } = metadata;
    const areIndependent = metadata[rowsMetadata.key] === rowsMetadata.independent;
    const outputs = {
      label: outputNames.includes('label'),
      interval: outputNames.includes('interval'),
      ...(classes === undefined ? {} : { classes: z.array(z.string()).parse(JSON.parse(classes)) }),
    };
    return new Session(session, outputs, { runRows, areIndependent });
  } catch (error) {
    await session.release();
    throw error;
  }
}

class Session implements InferenceModel {
  readonly inputs: ModelInput[];
  readonly outputs: ModelOutputs;
  private readonly session: InferenceSession;
  private readonly allOutputs: string[];
  private readonly underWay = new Set<Promise<unknown>>();
  private runRows: number;
  private readonly feeds: ReturnType<typeof createFeeds>;
  private readonly adapts: boolean;

  constructor(
    session: InferenceSession,
    outputs: ModelOutputs,
    { runRows, areIndependent }: { runRows: number | undefined; areIndependent: boolean },
  ) {
    this.runRows = runRows ?? initialRunRows;
    this.adapts = runRows === undefined;
    this.session = session;
    this.outputs = outputs;
    this.allOutputs = [...session.outputNames];
    this.inputs = session.inputMetadata.map(
      (input): ModelInput => ({
        name: input.name,
        kind: input.isTensor && input.type === 'string' ? 'text' : 'number',
      }),
    );
    this.feeds = createFeeds(this.inputs, areIndependent);
  }

  async predict(columns: Columns, rows: number): Promise<Float64Array> {
    checkColumns(this.inputs, columns, rows);
    if (rows === 0) return new Float64Array(0);
    return await this.whileOpen(
      rows <= this.runRows ? this.predictRun(columns, 0, rows) : this.predictRuns(columns, rows),
    );
  }

  async answer(columns: Columns, rows: number): Promise<ModelAnswer> {
    checkColumns(this.inputs, columns, rows);
    return await this.whileOpen(this.answerRuns(columns, rows));
  }

  async release(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.session.release();
  }

  private async whileOpen<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  private async predictRuns(columns: Columns, rows: number): Promise<Float64Array> {
    let joined: Float64Array | undefined;
    for (let start = 0; start < rows; ) {
      const end = Math.min(start + this.runRows, rows);
      const values = await this.predictRun(columns, start, end);
      const width = values.length / (end - start);
      joined ??= new Float64Array(rows * width);
      joined.set(values, start * width);
      start = end;
    }
    return joined ?? new Float64Array(0);
  }

  private async predictRun(columns: Columns, start: number, end: number): Promise<Float64Array> {
    const { prediction } = await this.run(columns, start, end, predictionOnly);
    return numbersOf(prediction, end - start);
  }

  private async answerRuns(columns: Columns, rows: number): Promise<ModelAnswer> {
    const answer: ModelAnswer = {
      prediction: new Float64Array(0),
      width: this.outputs.classes?.length ?? 1,
      label: this.outputs.label ? [] : undefined,
      interval: this.outputs.interval ? new Float64Array(rows * 2) : undefined,
    };
    for (let start = 0; start < rows; ) {
      const end = Math.min(start + this.runRows, rows);
      const tensors = await this.run(columns, start, end, this.allOutputs);
      const values = numbersOf(tensors.prediction, end - start);
      if (start === 0) {
        answer.width = values.length / end;
        answer.prediction = new Float64Array(rows * answer.width);
      }
      answer.prediction.set(values, start * answer.width);
      answer.interval?.set(numbersOf(tensors.interval, end - start), start * 2);
      for (let row = 0; answer.label !== undefined && row < end - start; row++)
        answer.label.push(tensors.label.data[row] as string);
      start = end;
    }
    return answer;
  }

  private async run(
    columns: Columns,
    start: number,
    end: number,
    outputs: string[],
  ): Promise<InferenceSession.OnnxValueMapType> {
    const feeds = this.feeds.take(columns, start, end);
    let startedMs = 0;
    // onnxruntime-node runs in a setImmediate of its own, so this one tells when it starts.
    setImmediate(() => {
      startedMs = performance.now();
    });
    const results = await this.session.run(feeds.tensors, outputs);
    this.feeds.giveBack(feeds);
    this.adapt(end - start, performance.now() - startedMs);
    return results;
  }

  /** Half as many rows a run where a large one took too long, twice as many where a full one was quick. */
  private adapt(rows: number, tookMs: number): void {
    if (!this.adapts) return;
    if (tookMs > targetRunMs && 2 * rows >= this.runRows)
      this.runRows = Math.max(minRunRows, this.runRows / 2);
    else if (tookMs < targetRunMs / 2 && rows >= this.runRows)
      this.runRows = Math.min(maxRunRows, 2 * this.runRows);
  }
}

/** The first `rows` rows of a tensor of doubles. */
const numbersOf = ({ data, dims }: OnnxValue, rows: number): Float64Array =>
  (data as Float64Array).subarray(0, rows * dims[1]);
