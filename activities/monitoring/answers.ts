import { setImmediate as breathe } from 'node:timers/promises';
import { type Frame, selectRows } from '../../contracts/frame.ts';
import { classesOf, modelInputs, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { Values } from '../../data/drift/check/index.ts';
import { expandForecast } from '../../inference/history.ts';
import type { InferenceModel } from '../../inference/session.ts';
import { decide } from '../../models/decision/index.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { columnOf, rawColumns } from '../../models/training/columns.ts';

/** The champion, open. */
export interface Answerer {
  spec: PipelineSpec;
  model: InferenceModel;
  decisionWeights?: number[];
}

/** What the champion says of some rows, and how that compares with what came true. */
export interface Answers {
  /** One per row: the number, or the answered class. Of a forecast the mean over its horizons. */
  prediction: Values;
  /** Actual minus predicted, or right and wrong; missing where the target is not known. */
  residual: Values;
  /** 0 right and 1 wrong, or the absolute residual (a forecast's mean over its horizons); NaN where not known. */
  loss: Float64Array;
  /** The answers whose target is known, one per row and horizon. */
  scored: { actual: Float64Array; predictions: Predictions };
  /** All answers, row-major; one per row and horizon. */
  predictions: Predictions;
}

/** Rows turned into columns at a time: a few milliseconds of the event loop. */
const stretchRows = 4_096;

/** The answers to all rows of a frame that holds the model's inputs. */
async function predict({ model, decisionWeights }: Answerer, frame: Frame): Promise<Predictions> {
  const names = model.inputs.map(({ name }) => name);
  let [values, interval]: (Float64Array | undefined)[] = [];
  let outputs = 1;
  for (let start = 0; start < frame.rows; start += stretchRows) {
    const end = Math.min(start + stretchRows, frame.rows);
    const answer = await model.answer(rawColumns(frame, names, start, end), end - start);
    outputs = answer.width;
    values ??= new Float64Array(frame.rows * outputs);
    values.set(answer.prediction, start * outputs);
    if (answer.interval) {
      interval ??= new Float64Array(frame.rows * 2);
      interval.set(answer.interval, start * 2);
    }
    await breathe();
  }
  return { values: values ?? new Float64Array(0), outputs, interval, decisionWeights };
}

/** The target's value or class index per row; NaN where it is missing or none of the classes. */
function knownTargets(spec: PipelineSpec, frame: Frame): Float64Array {
  const series = columnOf(frame, spec.target);
  if (series.kind === 'number') return series.values;
  const classes = classesOf(spec);
  const indices = series.dictionary.map((value) => classes.indexOf(value));
  return Float64Array.from(series.codes, (code) => {
    const index = indices[code] ?? -1;
    return index < 0 ? Number.NaN : index;
  });
}

/** Rows (or, of a forecast, rows and horizons) that have a known target. */
function scoredOf(actual: Float64Array, { values, outputs, interval, decisionWeights }: Predictions) {
  const known: number[] = [];
  for (const [row, value] of actual.entries()) if (!Number.isNaN(value)) known.push(row);
  const pick = (data: Float64Array, width: number): Float64Array => {
    const picked = new Float64Array(known.length * width);
    for (const [to, from] of known.entries())
      picked.set(data.subarray(from * width, (from + 1) * width), to * width);
    return picked;
  };
  return {
    actual: pick(actual, 1),
    predictions: {
      values: pick(values, outputs),
      outputs,
      interval: interval && pick(interval, 2),
      decisionWeights,
    },
  };
}

/**
 * The champion's answers to the rows of a frame.
 * @param honest whether the target of a row may be compared with; all where absent.
 * @param past where the champion is a forecast: rows that its history is looked up in, those of the frame included.
 */
export async function answersOf(
  champion: Answerer,
  frame: Frame,
  { honest, past }: { honest?: (row: number) => boolean; past?: Frame } = {},
): Promise<Answers> {
  const { spec } = champion;
  const asked = await requestsOf(champion, frame, past);
  const predictions = await predict(champion, asked.frame);
  const actual = knownTargets(spec, asked.frame).map((value, at) =>
    honest && !honest(asked.rows[at]) ? Number.NaN : value,
  );
  const scored = scoredOf(actual, predictions);
  const common = { predictions, scored };
  if (spec.task === 'classification') {
    const answered = decide(predictions.values, predictions.outputs, predictions.decisionWeights);
    const loss = actual.map((value, row) => (Number.isNaN(value) ? value : Number(value !== answered[row])));
    return {
      prediction: { codes: answered, labels: classesOf(spec) },
      residual: {
        codes: Int32Array.from(loss, (value) => (Number.isNaN(value) ? -1 : value)),
        labels: rightOrWrong,
      },
      loss,
      ...common,
    };
  }
  const residual = actual.map((value, at) => value - predictions.values[at]);
  const perRow = (values: Float64Array): Float64Array => meanPerRow(values, asked.rows, frame.rows);
  return {
    prediction: perRow(predictions.values),
    residual: perRow(residual),
    loss: perRow(residual.map(Math.abs)),
    ...common,
  };
}

const rightOrWrong = ['right', 'wrong'];

interface Requests {
  frame: Frame;
  /** Place in the asked frame's rows of each request. */
  rows: ArrayLike<number>;
}

/** What the model is asked: the rows, or each row once for each horizon with its history. */
async function requestsOf({ spec }: Answerer, frame: Frame, past: Frame = frame): Promise<Requests> {
  const { forecast } = spec;
  if (!forecast) return { frame, rows: Float64Array.from({ length: frame.rows }, (_, row) => row) };
  const wanted = { train: [], validation: [], test: Array.from(frame.rowIds) };
  const expanded = await expandForecast(spec, past, wanted);
  const places = new Map(Array.from(frame.rowIds, (id, row) => [id, row]));
  const width = forecast.horizons.length;
  const positions: number[] = [];
  const rows: number[] = [];
  for (const [position, id] of expanded.frame.rowIds.entries()) {
    const row = places.get(Math.floor(id / width));
    if (row === undefined) continue;
    positions.push(position);
    rows.push(row);
  }
  return { frame: selectRows(expanded.frame, positions), rows };
}

/** Means of the known values of each row; NaN where there are none. */
function meanPerRow(values: Float64Array, rows: ArrayLike<number>, count: number): Float64Array {
  const sums = new Float64Array(count);
  const counts = new Float64Array(count);
  for (let at = 0; at < values.length; at++) {
    if (Number.isNaN(values[at])) continue;
    sums[rows[at]] += values[at];
    counts[rows[at]]++;
  }
  return sums.map((sum, row) => (counts[row] === 0 ? Number.NaN : sum / counts[row]));
}

/** Columns of the model's file that the rows do not have. */
export const missingInputs = (champion: PipelineSpec, current: PipelineSpec): string[] => {
  const history = new Set(Object.keys(champion.forecast?.history ?? {}));
  return modelInputs(champion)
    .filter(({ name }) => !history.has(name) && (current.columns[name]?.kind ?? 'ignored') === 'ignored')
    .map(({ name }) => name);
};
