import type { LabelledRows } from '../../contracts/estimator.ts';
import { estimator as estimatorByName, parseParams } from '../estimators/index.ts';
import { applySteps, completeSteps, fitSteps } from '../features/index.ts';
import { seededRandom } from '../random.ts';
import { joinRows, type PreparedRows, rowsAt } from '../training/rows.ts';

/** Rows of each side that the classifier learns from. */
const mostRows = 5_000;
/** A row's worth lies between these: none is sure to be forgotten, and none is all that is remembered. */
const bounds = { low: 0.1, high: 10 };

/**
 * How much like the new rows each old one is: the ratio of both densities, from a logistic regression that tells old
 * rows from new ones, within 0.1 to 10.
 * Reference: Sugiyama, Suzuki and Kanamori, Density Ratio Estimation in Machine Learning, 2012, ch. 4.
 */
export async function likenessTo(
  fresh: PreparedRows,
  old: PreparedRows,
  context: { threads: number; signal: AbortSignal; seed: number },
): Promise<Float64Array> {
  const logistic = estimatorByName('logistic');
  const task = { kind: 'classification', classes: 2, ordered: false } as const;
  const [few, others] = [draw(fresh, context.seed), draw(old, context.seed)];
  const { features } = joinRows(others, few);
  const target = new Float64Array(features.rows).fill(1, others.features.rows);
  const wanted = completeSteps([], logistic.needs);
  const behind = await fitSteps(wanted, features, { target, task, seed: context.seed });
  const train: LabelledRows = { features: behind.features, target };
  const model = await logistic.fit(
    { params: parseParams(logistic, {}), train, seed: context.seed, task },
    context,
  );
  const shares = await model.predict(await applySteps(behind.steps, old.features));
  model.dispose?.();
  const prior = few.features.rows / others.features.rows;
  return Float64Array.from({ length: old.features.rows }, (_, row) => {
    const ratio = shares[2 * row + 1] / Math.max(1e-9, shares[2 * row]) / prior;
    return Math.min(bounds.high, Math.max(bounds.low, ratio));
  });
}

function draw(rows: PreparedRows, seed: number): PreparedRows {
  const { length } = rows.target;
  if (length <= mostRows) return rows;
  const order = Array.from({ length }, (_, row) => row);
  seededRandom(seed, 'likeness').shuffle(order);
  return rowsAt(rows, Int32Array.from(order.slice(0, mostRows)).sort());
}
