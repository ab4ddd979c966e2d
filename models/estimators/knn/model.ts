import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  type LabelledRows,
  outputsOf,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { runInPool } from '../../pool.ts';
import { seededRandom } from '../../random.ts';
import { cancelled, checkComplete, checkRows, checkTask, refuseConstraints } from '../checks.ts';
import { bytesOf, corrupt, doublesOf, pack, unpack } from '../pack.ts';
import { taskLoss } from '../score.ts';
import { sharedCopy } from '../shared.ts';
import { addNeighbours } from './onnx.ts';
import { type Neighbourhood, predictRows } from './search.ts';
import type { SearchTask } from './search.worker.ts';

const worker = new URL('./search.worker.ts', import.meta.url);

interface KnnParams extends Pick<Neighbourhood, 'neighbours' | 'weighting'> {
  maxRows: number;
}

/** Keeps the rows; see `Estimator.fit`. */
export async function fitNeighbours(
  { params, train, validation, seed, task, constraints }: FitInput<KnnParams>,
  { signal }: FitContext,
): Promise<FittedModel> {
  checkTask('knn', ['regression', 'classification'], task);
  refuseConstraints('knn', constraints);
  checkRows(train, task);
  checkComplete(train.features);
  await setImmediate();
  if (signal.aborted) throw cancelled();
  const known = remember(train, outputsOf(task), params, seed);
  const model = neighboursModel(known, { trainingRows: train.features.rows, keptRows: known.rows });
  if (validation === undefined) return model;
  const predicted = await predict(known, validation.features, signal);
  return { ...model, validationScore: taskLoss(task, predicted, validation.target, validation.weights) };
}

function remember(
  { features, target, weights }: LabelledRows,
  outputs: number,
  { neighbours, weighting, maxRows }: KnnParams,
  seed: number,
): Neighbourhood {
  const kept = drawRows(features.rows, weights, maxRows, seed);
  const rows = kept.length;
  const width = features.names.length;
  const data = new Float64Array(rows * width);
  const answers = new Float64Array(rows * outputs);
  kept.forEach((row, i) => {
    data.set(features.data.subarray(row * width, (row + 1) * width), i * width);
    if (outputs === 1) answers[i] = target[row];
    else answers[i * outputs + target[row]] = 1;
  });
  return {
    names: features.names,
    rows,
    features: sharedCopy(data),
    answers: sharedCopy(answers),
    outputs,
    weights: weights && sharedCopy(Float64Array.from(kept, (row) => weights[row])),
    neighbours: Math.min(neighbours, rows),
    weighting,
  };
}

/** Ascending positions of rows that weigh something, at most so many. */
function drawRows(rows: number, weights: Float64Array | undefined, maxRows: number, seed: number): number[] {
  const weighing = Array.from({ length: rows }, (_, row) => row).filter((row) => weights?.[row] !== 0);
  if (weighing.length <= maxRows) return weighing;
  seededRandom(seed, 'knn', 'rows').shuffle(weighing);
  return weighing.slice(0, maxRows).sort((a, b) => a - b);
}

interface Diagnostics extends Record<string, unknown> {
  trainingRows: number;
  keptRows: number;
}

function neighboursModel(known: Neighbourhood, diagnostics: Diagnostics): FittedModel {
  return {
    outputs: known.outputs,
    predict: (features) => predict(known, features),
    save: async () => save(known, diagnostics),
    addToGraph: (graph, features) => addNeighbours(graph, known, features),
    diagnostics,
  };
}

/** Multiplications that take a millisecond or two, and those that take a tenth of a second. */
const fewCells = 1_000_000;
const threadCells = 100_000_000;

async function predict(known: Neighbourhood, { rows, data }: Matrix, signal?: AbortSignal) {
  const cellsPerRow = known.rows * known.names.length;
  if (rows * cellsPerRow <= fewCells) return predictRows(known, data, 0, rows);
  const queries = sharedCopy(data);
  const stretch = Math.max(1, Math.floor(threadCells / cellsPerRow));
  const tasks = Array.from({ length: Math.ceil(rows / stretch) }, (_, i): SearchTask => {
    const start = i * stretch;
    return { known, queries, start, end: Math.min(start + stretch, rows) };
  });
  const parts = await Promise.all(
    tasks.map((task) => runInPool<SearchTask, Float64Array>(worker, task, signal)),
  );
  const predicted = new Float64Array(rows * known.outputs);
  parts.forEach((part, i) => {
    predicted.set(part, tasks[i].start * known.outputs);
  });
  return predicted;
}

const headerSchema = z.strictObject({
  names: z.array(z.string()).min(1),
  rows: z.number().int().min(1),
  outputs: z.number().int().min(1),
  weighted: z.boolean(),
  neighbours: z.number().int().min(1),
  weighting: z.enum(['uniform', 'distance']),
  diagnostics: z.strictObject({ trainingRows: z.number(), keptRows: z.number() }),
});

function save(known: Neighbourhood, diagnostics: Diagnostics): Uint8Array {
  const { names, rows, outputs, neighbours, weighting, features, answers, weights } = known;
  const header: z.infer<typeof headerSchema> = {
    names,
    rows,
    outputs,
    weighted: weights !== undefined,
    neighbours,
    weighting,
    diagnostics: { trainingRows: diagnostics.trainingRows, keptRows: diagnostics.keptRows },
  };
  return pack(header, [features, answers, ...(weights ? [weights] : [])].map(bytesOf));
}

const what = 'saved k-nearest-neighbours model';

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not of `save`. */
export async function loadNeighbours(bytes: Uint8Array): Promise<FittedModel> {
  const { header, parts } = unpack(bytes, headerSchema, what);
  const { names, rows, outputs, weighted, neighbours, weighting, diagnostics } = header;
  if (parts.length !== (weighted ? 3 : 2)) throw corrupt(what);
  const read = (part: number, width: number) => sharedCopy(doublesOf(parts[part], rows * width));
  try {
    const known: Neighbourhood = {
      names,
      rows,
      features: read(0, names.length),
      answers: read(1, outputs),
      outputs,
      weights: weighted ? read(2, 1) : undefined,
      neighbours: Math.min(neighbours, rows),
      weighting,
    };
    return neighboursModel(known, diagnostics);
  } catch (cause) {
    throw corrupt(what, cause);
  }
}
