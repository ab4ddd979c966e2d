import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import type { Member, Params } from '../../contracts/estimator.ts';
import { type FeatureStepInput, featureStepSchema } from '../../contracts/features.ts';
import { definePipeline, type PipelineSpec } from '../../contracts/pipeline.ts';
import { estimators } from '../estimators/index.ts';
import { makeSplit } from '../evaluation/split.ts';
import { closePool } from '../pool.ts';
import { checkParity, exportOnnx } from './export.ts';
import { fitCandidate } from './fit.ts';
import { prepareTrainingSet } from './prepare.ts';
import type { TrainingSet } from './rows.ts';
import { context, furnaceDefinition, ordersDefinition, ordersFrame, plantFrame } from './testing.ts';

/** Every estimator behind every feature step, as one file from raw columns: what it says is what the native model says. */

const lists: [string, FeatureStepInput[]][] = [
  ['no step', []],
  ['impute', [{ step: 'impute', flag: true }]],
  ['scale', [{ step: 'scale', method: 'robust' }]],
  ['one-hot', [{ step: 'one-hot', columns: ['coded'] }]],
  ['target-encode', [{ step: 'target-encode', columns: ['coded'] }]],
  ['interactions', [{ step: 'impute' }, { step: 'interactions', columns: ['a', 'b'] }]],
  ['pca', [{ step: 'impute' }, { step: 'pca', columns: ['a', 'b'], components: 2 }]],
  ['select', [{ step: 'select', correlation: 0.9 }]],
];
const columnsOf: Record<string, Record<string, string>> = {
  furnace: { coded: 'hour', a: 'q', b: 'pf' },
  orders: { coded: 'region', a: 'amount', b: 'age' },
};
const small: Record<string, Params> = {
  xgboost: { rounds: 8 },
  lightgbm: { rounds: 8 },
  'random-forest': { trees: 8 },
  'extra-trees': { trees: 8 },
  mlp: { epochs: 8 },
};
const members: Member[] = [
  { name: 'tree', estimator: 'xgboost', params: { rounds: 8 } },
  { name: 'line', estimator: 'ridge', params: {} },
];
const isEnsemble = (name: string): boolean => ['voting', 'stacking'].includes(name);

const frames = { furnace: plantFrame(260), orders: ordersFrame(300) };
const furnace = definePipeline({
  ...furnaceDefinition,
  features: {
    q: furnaceDefinition.features.q,
    pf: furnaceDefinition.features.pf,
    hour: furnaceDefinition.features.hourSine,
    heavy: furnaceDefinition.features.heavy,
  },
});
const orders = definePipeline({ ...ordersDefinition, steps: [], ordered: true });
const sets = new Map<string, TrainingSet>();
beforeAll(async () => {
  for (const spec of [furnace, orders]) {
    const frame = frames[spec.name as 'furnace' | 'orders'];
    sets.set(spec.name, await prepareTrainingSet(spec, frame, await makeSplit(spec.split, spec.seed, frame)));
  }
});
afterAll(closePool);

const stepsFor = (spec: PipelineSpec, list: FeatureStepInput[]) =>
  list.map((step) =>
    featureStepSchema.parse(
      'columns' in step
        ? { ...step, columns: step.columns?.map((name) => columnsOf[spec.name][name]) }
        : step,
    ),
  );

const cases = [furnace, orders].flatMap((spec) =>
  Object.values(estimators)
    .filter(({ tasks }) => tasks.includes(spec.task))
    .map(({ name }) => [name, spec] as const),
);

describe.each(cases)('%s', (name, spec) => {
  const fitBehind = async (list: FeatureStepInput[]) => {
    const set = sets.get(spec.name);
    if (set === undefined) throw new Error('the rows were not prepared');
    const line = { ...members[1], estimator: spec.task === 'regression' ? 'ridge' : 'logistic' };
    const fitted = await fitCandidate(
      spec,
      {
        estimator: name,
        params: small[name] ?? {},
        steps: stepsFor(spec, list),
        members: isEnsemble(name) ? [members[0], line] : undefined,
      },
      set,
      context,
    );
    return { fitted, set };
  };

  it.for(lists)(`answers ${spec.name} behind %s as natively`, async ([_, list], { skip }) => {
    let model: Awaited<ReturnType<typeof fitBehind>>;
    try {
      model = await fitBehind(list);
    } catch (error) {
      if (error instanceof RelevoError && error.code === 'NATIVE_LIBRARY_MISSING') skip(error.message);
      throw error;
    }
    const { fitted, set } = model;
    const onnx = exportOnnx(spec, fitted, {});
    const frame = frames[spec.name as 'furnace' | 'orders'];
    for (const rows of [set.train, set.test]) {
      const { maxAbsolute } = await checkParity(onnx, spec, fitted, frame, rows);
      expect(maxAbsolute).toBeLessThan(1e-5 * Math.max(1, ...rows.target));
    }
    fitted.dispose();
  });
});
