import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../contracts/frame.ts';
import { definePipeline, type PipelineSpec } from '../../contracts/pipeline.ts';
import { closePool } from '../pool.ts';
import { explained } from '../training/explained.ts';
import { checkParity, exportOnnx } from '../training/export.ts';
import {
  candidateToFit,
  type FittedCandidate,
  fitCandidate,
  loadCandidate,
  saveCandidate,
  withHeads,
} from '../training/fit.ts';
import { fitHeads } from '../training/heads.ts';
import { prepareTrainingSet } from '../training/prepare.ts';
import { rowsAt, type TrainingSet } from '../training/rows.ts';
import { hold, lossOn, scoreCandidate } from '../training/score.ts';
import {
  context,
  furnaceDefinition,
  ordersDefinition,
  ordersFrame,
  plantFrame,
} from '../training/testing.ts';
import { continueCandidate } from './continue.ts';
import { divideByArrival } from './divide.ts';
import { likenessTo } from './importance.ts';
import { recalibrate } from './recalibrate.ts';
import { stackOn } from './stack.ts';
import type { Updated } from './updated.ts';
import { backtestWindow } from './window.ts';

const rows = 2_000;
const changeAt = 1_000;

const furnace = definePipeline({
  ...furnaceDefinition,
  interval: { level: 0.9, method: 'quantile' },
  candidates: [{ estimator: 'xgboost', params: { rounds: 60 } }],
});
const orders = definePipeline({
  ...ordersDefinition,
  metric: 'logLoss',
  calibration: 'auto',
  candidates: [
    { estimator: 'xgboost', params: { rounds: 40 } },
    { estimator: 'logistic' },
    { estimator: 'stacking', members: ['xgboost', 'logistic'] },
  ],
});

/** From the middle on, the furnace takes 12 kWh more for the same. */
function movedFurnace(): Frame {
  const frame = plantFrame(rows);
  const power = frame.columns.kwh;
  if (power.kind === 'number')
    power.values.forEach((value, row) => {
      if (row >= changeAt) power.values[row] = value + 12;
    });
  return frame;
}
/** From the middle on, who ordered by phone comes by. */
function movedOrders(): Frame {
  const frame = ordersFrame(rows);
  const channel = frame.columns.channel;
  if (channel.kind === 'text')
    channel.codes.forEach((code, row) => {
      if (row >= changeAt && code === 1) channel.codes[row] = 2;
    });
  return frame;
}

interface Scene {
  spec: PipelineSpec;
  frame: Frame;
  base: FittedCandidate;
  set: TrainingSet;
  whole: TrainingSet;
  championLoss: number;
}

/** A champion of the first half, and the second half's rows to learn from and be judged on. */
async function sceneOf(spec: PipelineSpec, frame: Frame, name: string, classes: string[]): Promise<Scene> {
  const ids = [...frame.rowIds];
  const before = { train: ids.slice(0, 800), validation: ids.slice(800, changeAt), test: [] };
  const first = await prepareTrainingSet(spec, frame, before);
  const params = spec.candidates.find(({ estimator }) => estimator === name)?.params ?? {};
  const candidate = candidateToFit(spec, name, params);
  const withInterval = { ...context, withInterval: true };
  const learnt = await fitHeads(
    spec,
    (await scoreCandidate(spec, candidate, first, withInterval)).held,
    context,
  );
  const base = withHeads(await fitCandidate(spec, candidate, first, withInterval), learnt.heads);
  const learned = Float64Array.from([...before.train, ...before.validation]);
  const { fresh, ...division } = await divideByArrival(frame, { target: spec.target, learned, classes });
  const whole = await prepareTrainingSet(spec, frame, division);
  const set = await prepareTrainingSet(spec, frame, { ...division, train: fresh });
  const championLoss = lossOn(spec, await hold(base, set.test));
  return { spec, frame, base, set, whole, championLoss };
}

/** The version that an update gives, whole, from one file as natively. */
async function complete(
  { spec, frame, set }: Scene,
  updated: Updated & { heads?: object },
): Promise<FittedCandidate> {
  const heads = updated.heads ?? (await fitHeads(spec, updated.held, context)).heads;
  const whole = withHeads(updated.fitted, heads);
  const onnx = exportOnnx(spec, whole, {});
  await checkParity(onnx, spec, whole, frame, set.test);
  const loaded = await loadCandidate(await saveCandidate(whole));
  expect(await loaded.predict(set.test)).toEqual(await whole.predict(set.test));
  expect(Buffer.compare(exportOnnx(spec, loaded, {}), onnx)).toBe(0);
  loaded.dispose();
  return whole;
}
const lossAfter = async (scene: Scene, whole: FittedCandidate): Promise<number> =>
  lossOn(scene.spec, await hold(whole, scene.set.test));
const newcomer = { estimator: 'xgboost', params: { rounds: 30 } };

afterAll(closePool);

describe('a regression after its level has moved', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await sceneOf(furnace, movedFurnace(), 'xgboost', []);
  }, 60_000);

  it('is off by the step', () => {
    expect(scene.championLoss).toBeGreaterThan(11);
  });

  it('goes on over the new rows', async () => {
    const updated = await continueCandidate(scene.spec, scene.base, scene.set, context);
    const whole = await complete(scene, updated);
    expect(await lossAfter(scene, whole)).toBeLessThan(scene.championLoss / 2);
    expect(updated.note).toMatch(/leaves learnt anew|\d+ steps added/);
  });

  it('is set right by a line, with an interval that covers again, and explains the corrected answer', async () => {
    const { spec, base, set } = scene;
    const updated = await recalibrate(spec, base, set, context);
    const whole = await complete(scene, updated);
    expect(await lossAfter(scene, whole)).toBeLessThan(scene.championLoss / 2);
    const { interval, values } = await whole.predict(set.test);
    const inside = set.test.target.filter(
      (value, row) => (interval?.[2 * row] ?? 0) <= value && value <= (interval?.[2 * row + 1] ?? 0),
    );
    expect(inside.length / set.test.target.length).toBeGreaterThan(0.84);
    // A new file of the same trees: their sum is what is said before the base.
    const trees = explained(whole).model.trees?.();
    const plain = base.model.trees?.();
    const { correction } = whole.heads;
    expect(trees?.base[0]).toBeCloseTo(
      (correction?.slope ?? 0) * (plain?.base[0] ?? 0) + (correction?.intercept ?? 0),
      9,
    );
    expect(values).toHaveLength(set.test.target.length);
    expect(updated.note).toMatch(/^line 1(\.\d+)? · x \+ /);
  });

  it('is corrected by what has learned the new rows beside it', async () => {
    const { spec, base, set } = scene;
    const updated = await stackOn(spec, base, newcomer, set, context);
    const whole = await complete(scene, updated);
    expect(await lossAfter(scene, whole)).toBeLessThan(scene.championLoss / 2);
    expect([whole.estimator, whole.steps]).toEqual(['stacking', []]);
  });

  it('is learnt best from rows after the step, as a backtest finds', async () => {
    const { spec, whole } = scene;
    const firstNew = scene.set.train.rowIds[0];
    const sizes = [
      { rows: whole.train.rowIds.length, fromRowId: whole.train.rowIds[0] },
      { rows: scene.set.train.rowIds.length, fromRowId: firstNew },
    ];
    const candidate = candidateToFit(spec, 'xgboost', { rounds: 60 });
    const { rows: best, losses } = await backtestWindow(spec, candidate, whole, sizes, context);
    expect(best).toBe(scene.set.train.rowIds.length);
    expect(losses[1].loss).toBeLessThan(losses[0].loss);
  });
});

describe.each(['xgboost', 'stacking'])('a classification by %s after its concept has moved', (name) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await sceneOf(orders, movedOrders(), name, ['digital', 'phone', 'visit']);
  }, 60_000);

  it('goes on, or says that it cannot', async () => {
    const { spec, base, set } = scene;
    const going = continueCandidate(spec, base, set, context);
    if (name === 'stacking') {
      await expect(going).rejects.toMatchObject({ code: 'RETRAIN_IMPOSSIBLE' });
      return;
    }
    const whole = await complete(scene, await going);
    expect(await lossAfter(scene, whole)).toBeLessThan(0.7 * scene.championLoss);
  });

  it('is calibrated to the new shares of the classes', async () => {
    const { spec, base, set } = scene;
    const whole = await complete(scene, await recalibrate(spec, base, set, context));
    expect(await lossAfter(scene, whole)).toBeLessThan(0.8 * scene.championLoss);
  });

  it('is corrected by what learned beside it, be it an ensemble itself', async () => {
    const { spec, base, set } = scene;
    const whole = await complete(scene, await stackOn(spec, base, newcomer, set, context));
    expect(await lossAfter(scene, whole)).toBeLessThan(0.7 * scene.championLoss);
  });
});

describe('the likeness of old rows to new ones', () => {
  it('is larger where new rows lie', async () => {
    const { train } = await prepareTrainingSet(furnace, movedFurnace(), {
      train: [...plantFrame(rows).rowIds],
      validation: [],
      test: [],
    });
    const column = train.features.names.indexOf('pf');
    const width = train.features.names.length;
    const factorOf = (row: number) => train.features.data[row * width + column];
    const positions = [...train.rowIds.keys()];
    const fresh = rowsAt(train, Int32Array.from(positions.filter((row) => factorOf(row) > 0.75)));
    const likeness = await likenessTo(fresh, train, context);
    const mean = (of: number[]) => of.reduce((sum, row) => sum + likeness[row], 0) / of.length;
    const inside = mean(positions.filter((row) => factorOf(row) > 0.85));
    expect(inside).toBeGreaterThan(2 * mean(positions.filter((row) => factorOf(row) < 0.6)));
    expect(Math.min(...likeness)).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...likeness)).toBeLessThanOrEqual(10);
  });
});
