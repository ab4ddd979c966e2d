import { z } from 'zod';
import { type Columns, checkColumns, type ModelInput } from './columns.ts';
import { createFeeds } from './feeds.ts';
import { readMetadata, rowsMetadata } from './metadata.ts';
import { NativeSession } from './runtime/session.ts';
import type { Values } from './runtime/tensors.ts';

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
  /** Like `predict`, with labels and intervals where the file has them. */
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
 * Opens an ONNX file with onnxruntime on CPU, while the event loop goes on.
 * @param options.threads intra-op threads of one run, 1 unless told: rows are few and runs are many.
 * @param options.runRows rows of one native run, for who may be held for long; adapted to a few milliseconds where absent.
 * @throws RangeError where the file has no output `prediction`; Error where it is no ONNX file.
 */
export async function openModel(
  bytesOrPath: Uint8Array | string,
  { threads = 1, runRows }: { threads?: number; runRows?: number } = {},
): Promise<InferenceModel> {
  const session = await NativeSession.open(bytesOrPath, threads);
  try {
    const outputNames = session.outputs.map(({ name }) => name);
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
    session.release();
    throw error;
  }
}

class Session implements InferenceModel {
  readonly inputs: ModelInput[];
  readonly outputs: ModelOutputs;
  private readonly session: NativeSession;
  private readonly allOutputs: string[];
  private readonly underWay = new Set<Promise<unknown>>();
  private runRows: number;
  private readonly feeds: ReturnType<typeof createFeeds>;
  private readonly adapts: boolean;

  constructor(
    session: NativeSession,
    outputs: ModelOutputs,
    { runRows, areIndependent }: { runRows: number | undefined; areIndependent: boolean },
  ) {
    this.runRows = runRows ?? initialRunRows;
    this.adapts = runRows === undefined;
    this.session = session;
    this.outputs = outputs;
    const { label, interval } = outputs;
    this.allOutputs = ['prediction', ...(label ? ['label'] : []), ...(interval ? ['interval'] : [])];
    this.inputs = session.inputs.map(
      ({ name, isText }): ModelInput => ({ name, kind: isText ? 'text' : 'number' }),
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
    this.feeds.release();
    this.session.release();
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
    const [prediction] = await this.run(columns, start, end, predictionOnly);
    return prediction as Float64Array;
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
      const outputs = await this.run(columns, start, end, this.allOutputs);
      const of = (name: string): Values => outputs[this.allOutputs.indexOf(name)];
      const values = of('prediction') as Float64Array;
      if (start === 0) {
        answer.width = values.length / end;
        answer.prediction = new Float64Array(rows * answer.width);
      }
      answer.prediction.set(values, start * answer.width);
      answer.interval?.set(of('interval') as Float64Array, start * 2);
      if (answer.label !== undefined) for (const label of of('label') as string[]) answer.label.push(label);
      start = end;
    }
    return answer;
  }

  private run(columns: Columns, start: number, end: number, outputs: string[]): Promise<Values[]> {
    const feeds = this.feeds.take(columns, start, end);
    return new Promise((resolve, reject) => {
      // What came in meanwhile is read first.
      setImmediate(() => {
        const startedMs = performance.now();
        try {
          const values = this.session.run(feeds.tensors, feeds.rows, outputs);
          this.adapt(end - start, performance.now() - startedMs);
          resolve(values.map((all) => firstRows(all, end - start, feeds.rows)));
        } catch (error) {
          reject(error);
        } finally {
          this.feeds.giveBack(feeds);
        }
      });
    });
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

/** Without those that filled a run up. */
const firstRows = (values: Values, rows: number, all: number): Values =>
  rows === all ? values : (values.slice(0, (rows * values.length) / all) as Values);
