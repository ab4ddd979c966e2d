import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';

export interface ModelInput {
  name: string;
  kind: 'number' | 'text';
}

/** An open model: answers rows until it is released. */
export interface InferenceModel {
  /** In the order of the file's inputs; each is a column `[N, 1]`. */
  inputs: ModelInput[];
  /**
   * The file's output `prediction`, row-major: one number per row, or `width` numbers where it is `[N, width]`.
   * A missing number is NaN, a missing text ''. Columns that the model does not read are ignored.
   * Many rows are run in stretches, so that the event loop is never held for long.
   * @throws RangeError where a column is absent, of the other kind, or not `rows` long.
   */
  predict(columns: Record<string, Float64Array | string[]>, rows: number): Promise<Float64Array>;
  release(): Promise<void>;
}

const outputName = 'prediction';
/** How long one native call may hold the event loop; the next stretch of rows is sized after the last. */
const targetCallMs = 4;
const firstStretchRows = 512;
const maxStretchRows = 65_536;

/**
 * Opens an ONNX file with onnxruntime on CPU.
 * @param options.threads intra-op threads of one call, 1 unless told: rows are small and calls are many.
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
  if (!session.outputNames.includes(outputName)) {
    await session.release();
    throw new RangeError(
      `the model has no output named "${outputName}", but ${session.outputNames.join(', ')}`,
    );
  }
  const inputs = session.inputMetadata.map((input): ModelInput => {
    const kind = input.isTensor && input.type === 'string' ? 'text' : 'number';
    return { name: input.name, kind };
  });
  return {
    inputs,
    predict: (columns, rows) => run(session, inputs, columns, rows),
    release: () => session.release(),
  };
}

async function run(
  session: InferenceSession,
  inputs: ModelInput[],
  columns: Record<string, Float64Array | string[]>,
  rows: number,
): Promise<Float64Array> {
  for (const input of inputs) checkColumn(input, columns[input.name], rows);
  if (rows === 0) return new Float64Array(0);
  if (rows <= firstStretchRows) return runStretch(session, inputs, columns, 0, rows, rows);
  const stretches: Float64Array[] = [];
  let size = firstStretchRows;
  for (let start = 0; start < rows; ) {
    const end = Math.min(start + size, rows);
    const startedMs = performance.now();
    stretches.push(await runStretch(session, inputs, columns, start, end, rows));
    const tookMs = performance.now() - startedMs;
    size = nextStretch(end - start, tookMs);
    start = end;
  }
  return join(stretches);
}

const nextStretch = (rows: number, tookMs: number): number =>
  Math.max(1, Math.min(maxStretchRows, Math.floor(Math.min(4, targetCallMs / tookMs) * rows)));

async function runStretch(
  session: InferenceSession,
  inputs: ModelInput[],
  columns: Record<string, Float64Array | string[]>,
  start: number,
  end: number,
  rows: number,
): Promise<Float64Array> {
  const whole = start === 0 && end === rows;
  const dims = [end - start, 1];
  const feeds: Record<string, OnnxValue> = {};
  for (const { name } of inputs) {
    const column = columns[name];
    if (Array.isArray(column))
      feeds[name] = new Tensor('string', whole ? column : column.slice(start, end), dims);
    else feeds[name] = new Tensor('float64', whole ? column : column.subarray(start, end), dims);
  }
  const results = await session.run(feeds);
  return results[outputName].data as Float64Array;
}

function checkColumn(input: ModelInput, column: Float64Array | string[] | undefined, rows: number): void {
  const fits = input.kind === 'text' ? Array.isArray(column) : column instanceof Float64Array;
  if (!fits || column?.length !== rows)
    throw new RangeError(`the model needs the ${input.kind} column "${input.name}" with ${rows} rows`);
}

function join(stretches: Float64Array[]): Float64Array {
  const total = stretches.reduce((sum, { length }) => sum + length, 0);
  const joined = new Float64Array(total);
  let offset = 0;
  for (const stretch of stretches) {
    joined.set(stretch, offset);
    offset += stretch.length;
  }
  return joined;
}
