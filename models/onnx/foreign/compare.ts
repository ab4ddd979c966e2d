import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';
import { openModel } from '../../../inference/session.ts';
import { adaptForeign } from './adapt.ts';
import type { Examined, ExamineRequest, RawColumns } from './protocol.ts';
import { unfit } from './unfit.ts';

const tolerance = 1e-5;
/** Rows that are asked alone too. */
const loneRows = 50;
/** Rows of one run. */
const stretchRows = 2_048;

/**
 * Adapts a file and asks it about real rows: the answers have to be those of the file itself, finite, one per row,
 * and the same for a row alone as for a row among others.
 * @throws RelevoError MLFLOW_MODEL_UNFIT
 */
export async function examineForeign({ file, about, columns, rows }: ExamineRequest): Promise<Examined> {
  const { bytes, asGiven, order } = adaptForeign(file, about);
  const model = await opened(() => openModel(bytes));
  try {
    const { prediction, width } = await answered(() => model.answer(columns, rows));
    const expectedWidth = about.task === 'classification' ? about.classes.length : 1;
    if (prediction.length !== rows * expectedWidth)
      throw unfit(
        `The model answers ${rows} rows with ${prediction.length} numbers`,
        'outputs',
        prediction.length,
        `${expectedWidth} per row`,
      );
    const notFinite = prediction.findIndex((value) => !Number.isFinite(value));
    if (notFinite >= 0)
      throw unfit(
        'The model has no answer for a row of the test data',
        'prediction',
        prediction[notFinite],
        'a number for every row',
      );
    const said = await answersAsGiven(asGiven, columns, rows, order, width);
    const parityMaxAbsolute = largestDifference(prediction, said, 'the file itself');
    for (let row = 0; row < Math.min(loneRows, rows); row++) {
      const alone = await answered(() => model.answer(rowsOf(columns, row, row + 1), 1));
      const among = prediction.subarray(row * width, (row + 1) * width);
      largestDifference(alone.prediction, among, 'the same row among others');
    }
    return { bytes, prediction, width, parityMaxAbsolute };
  } finally {
    await model.release();
  }
}

const whyOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 300);

async function opened<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw unfit(
      `onnxruntime cannot open the model: ${whyOf(error)}`,
      'file',
      null,
      'a model that onnxruntime opens',
    );
  }
}

/** Runs are filled up with rows without values: a model that fails on those would fail the rows beside them too. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw unfit(
      `The model fails on rows of the test data, or on a row without values: ${whyOf(error)}`,
      'prediction',
      null,
      "an answer to every row; OneHotEncoder(handle_unknown='ignore') for texts",
    );
  }
}

const rowsOf = (columns: RawColumns, start: number, end: number): RawColumns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(start, end)]));

/** What the file's own output says, in the order of the pipeline's classes. */
async function answersAsGiven(
  asGiven: Uint8Array,
  columns: RawColumns,
  rows: number,
  order: number[] | undefined,
  width: number,
): Promise<Float64Array> {
  const session = await opened(() =>
    InferenceSession.create(asGiven, { executionProviders: ['cpu'], logSeverityLevel: 3 }),
  );
  try {
    const [output] = session.outputNames;
    const said = new Float64Array(rows * width);
    for (let start = 0; start < rows; start += stretchRows) {
      const end = Math.min(rows, start + stretchRows);
      const feeds = Object.fromEntries(
        session.inputNames.map((name) => [name, tensorOf(columns[name].slice(start, end))]),
      );
      const { data, dims } = (await session.run(feeds))[output];
      copyInto(said, { data, dims }, { start, end, order, width });
    }
    return said;
  } finally {
    await session.release();
  }
}

const tensorOf = (values: Float64Array | string[]): Tensor =>
  Array.isArray(values)
    ? new Tensor('string', values, [values.length, 1])
    : new Tensor('float64', values, [values.length, 1]);

function copyInto(
  said: Float64Array,
  { data, dims }: Pick<OnnxValue, 'data' | 'dims'>,
  { start, end, order, width }: { start: number; end: number; order: number[] | undefined; width: number },
): void {
  const ownWidth = dims.length > 1 ? dims[1] : 1;
  const values = data as ArrayLike<number | bigint>;
  for (let row = 0; row < end - start; row++)
    for (let k = 0; k < width; k++)
      said[(start + row) * width + k] = Number(values[row * ownWidth + (order?.[k] ?? k)]);
}

/** @throws RelevoError MLFLOW_MODEL_UNFIT */
function largestDifference(actual: Float64Array, expected: Float64Array, beside: string): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= tolerance * Math.max(1, Math.abs(expected[i]))))
      throw unfit(
        `The model answers ${actual[i]}, ${beside} ${expected[i]}`,
        'prediction',
        actual[i],
        `${expected[i]} within ${tolerance} of max(1, |value|)`,
      );
    largest = Math.max(largest, difference);
  }
  return largest;
}
