import { outputsOf } from '../../contracts/estimator.ts';
import type { Dependence, Explanation, PairDependence } from '../../contracts/explanation.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { taskLoss } from '../estimators/score.ts';
import { applySteps } from '../features/index.ts';
import { seededRandom } from '../random.ts';
import { pairDependence, partialDependence } from './dependence.ts';
import { type Effects, type ExplainedModel, effectsOf, fold, originsOf, predictorOf } from './effects.ts';
import { columnAt, takeRows } from './matrix.ts';
import { type PermutationImportance, permutationImportance } from './permutation.ts';
import { type ExplainRowsOptions, firstRows, outputNames, type RowsToExplain } from './rows.ts';
import { treeInteractions } from './tree-shap.ts';
import { affordableRows } from './work.ts';

/** Rows and features that each part of an explanation looks at: bounds on its time and size. */
const most = {
  rows: { 'tree-shap': 500, 'kernel-shap': 40, lime: 40 },
  permutationRows: 2_000,
  interactionRows: 50,
  interactionFeatures: 100,
  interactionsShown: 10,
  dependenceRows: 300,
  dependenceFeatures: 6,
  individuals: 30,
  sampleFeatures: 10,
  sampleRows: 200,
};

type Drawn = RowsToExplain & { target: Float64Array };

/**
 * What a candidate has learned, over a seeded sample of rows it has not learned from: importance (mean |effect| and
 * permutation), interactions of trees, partial dependence of the strongest features, a sample of effects.
 * @param rows with the target: a number, or a class index.
 * @param background rows that stand for "not known" where there are no trees; the first fifty.
 * @throws RelevoError REQUEST_INVALID where trees are asked for that the model has not; CANCELLED.
 */
export async function explainModel(
  candidate: ExplainedModel,
  rows: Drawn,
  background: Pick<RowsToExplain, 'features'>,
  options: ExplainRowsOptions,
): Promise<Explanation> {
  const { method = 'auto', classes = [], seed, signal } = options;
  const trees = candidate.model.trees?.();
  const fitted = { ...candidate, model: trees ? { trees: () => trees } : {} };
  const chosen = method === 'auto' ? (trees ? 'tree-shap' : 'kernel-shap') : method;
  const affordable = chosen === 'tree-shap' && trees ? affordableRows(trees) : Number.POSITIVE_INFINITY;
  const draw = (count: number, purpose: string) => drawRows(rows, count, seed, purpose);
  const sample = draw(Math.min(most.rows[chosen], affordable), 'effects');
  const effects = await effectsOf(fitted, sample.features, firstRows(background.features), {
    method: chosen,
    seed,
    signal,
    samples: chosen === 'kernel-shap' ? 2 * fitted.features.length + 256 : undefined,
  });
  const shuffled = await permutations(fitted, draw(most.permutationRows, 'permutation'), options);
  const importance = importanceOf(effects, shuffled);
  const interactions = await strongestPairs(fitted, sample.features, options);
  const held = draw(most.dependenceRows, 'dependence');
  const strongest = importance.map(({ feature }) => feature).filter((name) => fitted.features.includes(name));
  const dependence: Dependence[] = [];
  for (const feature of strongest.slice(0, most.dependenceFeatures))
    dependence.push(await dependenceOf(fitted, held, feature, signal));
  const pair = interactions[0]?.features.every((name) => strongest.includes(name))
    ? interactions[0].features
    : ([strongest[0], strongest[1]] as [string, string]);
  return {
    method: effects.method,
    unit: effects.unit,
    outputs: outputNames(fitted.task, effects.outputs, classes),
    rows: sample.features.rows,
    base: meanBase(effects, sample.base),
    importance,
    interactions,
    dependence,
    ...(strongest.length < 2 ? {} : { pair: await pairOf(fitted, held, pair, signal) }),
    sample: sampleOf(
      effects,
      sample.features,
      importance.map(({ feature }) => feature),
    ),
  };
}

/** At most `count` rows without replacement, in their own order. */
function drawRows(rows: Drawn, count: number, seed: number, purpose: string): Drawn {
  const positions = Array.from({ length: rows.features.rows }, (_, row) => row);
  if (count < positions.length) {
    seededRandom(seed, 'explain', purpose).shuffle(positions);
    positions.length = count;
    positions.sort((a, b) => a - b);
  }
  const pick = (values: ArrayLike<number>) => Float64Array.from(positions, (row) => values[row]);
  return {
    features: takeRows(rows.features, positions),
    base: pick(rows.base),
    ...(rows.rowIds ? { rowIds: pick(rows.rowIds) } : {}),
    target: pick(rows.target),
  };
}

function permutations(
  fitted: ExplainedModel,
  rows: Drawn,
  { seed, signal }: ExplainRowsOptions,
): Promise<PermutationImportance[]> {
  const loss = async (features: Matrix) => {
    const { values } = await fitted.predict({ features, base: rows.base });
    return taskLoss(fitted.task, values, rows.target);
  };
  return permutationImportance(loss, rows.features, { seed, signal });
}

function importanceOf(effects: Effects, shuffled: PermutationImportance[]): Explanation['importance'] {
  const { names, outputs, values } = effects;
  const rows = values.length / (outputs * names.length);
  const means = new Float64Array(outputs * names.length);
  for (let i = 0; i < values.length; i++) means[i % means.length] += Math.abs(values[i]) / rows;
  const entries = names.map((feature, place) => {
    const found = shuffled.find((entry) => entry.feature === feature);
    return {
      feature,
      effects: Array.from({ length: outputs }, (_, output) => means[output * names.length + place]),
      ...(found ? { permutation: { mean: found.mean, standardDeviation: found.standardDeviation } } : {}),
    };
  });
  return entries.sort((a, b) => sum(b.effects) - sum(a.effects));
}

async function strongestPairs(
  fitted: ExplainedModel,
  features: Matrix,
  { signal }: ExplainRowsOptions,
): Promise<Explanation['interactions']> {
  const trees = fitted.model.trees?.();
  if (!trees) return [];
  const seen = await applySteps(fitted.steps, features);
  const width = seen.names.length;
  const rows = Math.min(most.interactionRows, affordableRows(trees, true), seen.rows);
  if (width > most.interactionFeatures) return [];
  const positions = Array.from({ length: rows }, (_, i) => Math.floor((i * seen.rows) / rows));
  const table = await treeInteractions(trees, takeRows(seen, positions), signal);
  const { names, places } = originsOf(seen.names, fitted.features);
  const strengths = new Float64Array(width * width);
  for (let i = 0; i < table.length; i++) strengths[i % strengths.length] += Math.abs(table[i]) / rows;
  const byOrigin = foldSquare(strengths, places, names.length);
  const pairs = names.flatMap((first, i) =>
    names.slice(i + 1).map((second, rest) => ({
      features: [first, second] as [string, string],
      effect: 2 * byOrigin[i * names.length + i + 1 + rest],
    })),
  );
  return pairs
    .filter(({ effect }) => effect > 0)
    .sort((a, b) => b.effect - a.effect)
    .slice(0, most.interactionsShown);
}

function foldSquare(square: Float64Array, places: Int32Array, width: number): Float64Array {
  const folded = new Float64Array(width * width);
  const narrow = fold(square, places, width);
  for (let i = 0; i < narrow.length; i++)
    folded[places[Math.floor(i / width)] * width + (i % width)] += narrow[i];
  return folded;
}

/** The base expression belongs to each row and does not change with the feature: it shifts the curves. */
async function dependenceOf(
  fitted: ExplainedModel,
  { features, base }: Drawn,
  feature: string,
  signal: AbortSignal | undefined,
): Promise<Dependence> {
  const outputs = outputsOf(fitted.task);
  const { individuals } = most;
  const curve = await partialDependence(predictorOf(fitted), outputs, features, feature, {
    individuals,
    signal,
  });
  const shift = mean(base);
  return {
    ...curve,
    mean: curve.mean.map((values) => values.map((value) => rounded(value + shift))),
    individual: curve.individual.map((lines, row) =>
      lines.map((values) => values.map((value) => rounded(value + base[row]))),
    ),
  };
}

async function pairOf(
  fitted: ExplainedModel,
  { features, base }: Drawn,
  names: [string, string],
  signal: AbortSignal | undefined,
): Promise<PairDependence> {
  const surface = await pairDependence(predictorOf(fitted), outputsOf(fitted.task), features, names, {
    signal,
  });
  const shift = mean(base);
  return {
    ...surface,
    mean: surface.mean.map((rows) => rows.map((values) => values.map((value) => rounded(value + shift)))),
  };
}

function meanBase({ base, outputs }: Effects, formula: Float64Array): number[] {
  const rows = base.length / outputs;
  const means = new Array<number>(outputs).fill(mean(formula));
  for (let i = 0; i < base.length; i++) means[i % outputs] += base[i] / rows;
  return means;
}

function sampleOf(effects: Effects, features: Matrix, strongest: string[]): Explanation['sample'] {
  const { names, outputs, values } = effects;
  const rows = Math.min(most.sampleRows, features.rows);
  return strongest.slice(0, most.sampleFeatures).map((feature) => {
    const place = names.indexOf(feature);
    const column = features.names.indexOf(feature);
    const own = column < 0 ? new Float64Array(rows).fill(Number.NaN) : columnAt(features, column);
    return {
      feature,
      values: Array.from(own.subarray(0, rows), (value) => (Number.isFinite(value) ? rounded(value) : null)),
      effects: Array.from({ length: outputs }, (_, output) =>
        Array.from({ length: rows }, (_, row) =>
          rounded(values[(row * outputs + output) * names.length + place]),
        ),
      ),
    };
  });
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: Float64Array): number =>
  values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
/** Six digits are enough to draw with, and keep the artifact small. */
const rounded = (value: number): number => Number(value.toPrecision(6));
