import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Member, PrunedError } from '../../contracts/estimator.ts';
import { definePipeline, type PipelineDefinition, type PipelineSpec } from '../../contracts/pipeline.ts';
import { openModel } from '../../inference/session.ts';
import { lossOf, metricsOf } from '../evaluation/judge.ts';
import { makeSplit } from '../evaluation/split.ts';
import { closePool } from '../pool.ts';
import { checkParity, exportOnnx } from './export.ts';
import { candidateToFit, fitCandidate, loadCandidate, saveCandidate, withHeads, withSteps } from './fit.ts';
import { fitHeads } from './heads.ts';
import { prepareTrainingSet } from './prepare.ts';
import { joinRows, type TrainingSet } from './rows.ts';
import { hold, scoreCandidate } from './score.ts';
import { context, furnaceDefinition, ordersDefinition, ordersFrame, plantFrame } from './testing.ts';

afterAll(closePool);

const orders = ordersFrame(600);
const specOf = (more: Partial<PipelineDefinition>): PipelineSpec =>
  definePipeline({
    ...ordersDefinition,
    candidates: [{ estimator: 'logistic' }, { estimator: 'xgboost', params: { rounds: 30 } }],
    ...more,
  });
const setOf = async (spec: PipelineSpec): Promise<TrainingSet> =>
  await prepareTrainingSet(spec, orders, await makeSplit(spec.split, spec.seed, orders));

describe('a holdout', () => {
  it("is the metric's loss on the validation rows, of a model that saw the training rows only", async () => {
    const spec = specOf({});
    const set = await setOf(spec);
    const candidate = candidateToFit(spec, 'xgboost', { rounds: 30 });
    const { score, steps, held, folds } = await scoreCandidate(spec, candidate, set, context);
    const fitted = await fitCandidate(spec, candidate, set, context);
    expect(held.predictions).toEqual(await fitted.predict(set.validation));
    expect(score).toBe(lossOf('macroF1', fitted.task, set.validation.target, held.predictions));
    expect(score).toBeLessThan(0);
    expect(steps).toBe(fitted.model.steps);
    expect(folds).toBeUndefined();
    fitted.dispose();
  });
});

describe('a cross-validation', () => {
  it.each([
    { kind: 'k-fold', folds: 4 },
    { kind: 'stratified', folds: 3, repeats: 2 },
    { kind: 'group', by: 'client', folds: 3 },
    { kind: 'time-series', by: 'day', folds: 3 },
  ] as const)('$kind holds every row out of the fit that answers it', async (validation) => {
    const spec = specOf({ validation });
    const set = await setOf(spec);
    const heard: [number, number, number | undefined][] = [];
    const onStep = (step: number, total: number, score: number | undefined) => {
      heard.push([step, total, score]);
      return 'continue' as const;
    };
    const {
      score,
      folds = [],
      held,
    } = await scoreCandidate(spec, candidateToFit(spec, 'logistic', {}), set, { ...context, onStep });
    const repeats = 'repeats' in validation ? (validation.repeats ?? 1) : 1;
    expect(folds).toHaveLength(validation.folds * repeats);
    expect(score).toBeCloseTo(folds.reduce((sum, loss) => sum + loss, 0) / folds.length, 12);
    expect(heard.map(([step, total]) => [step, total])).toEqual(folds.map((_, i) => [i + 1, folds.length]));
    expect(heard.at(-1)?.[2]).toBe(score);
    const learnable = [...set.train.rowIds, ...set.validation.rowIds];
    expect(new Set(held.rows.rowIds).size).toBe(held.rows.rowIds.length);
    if (validation.kind === 'time-series') expect(held.rows.rowIds.length).toBeLessThan(learnable.length);
    else expect([...held.rows.rowIds].sort((a, b) => a - b)).toEqual(learnable.sort((a, b) => a - b));
    expect(held.predictions.values).toHaveLength(3 * held.rows.rowIds.length);
    // A model that answered rows it had learned would be near certain of them; this one is as good as on new rows.
    const { accuracy = 0 } = metricsOf(
      { kind: 'classification', classes: 3, ordered: false },
      held.rows.target,
      held.predictions,
    );
    expect(accuracy).toBeGreaterThan(0.4);
  });

  it('says the median of the steps that were found without looking at the scored rows', async () => {
    const spec = specOf({ validation: { kind: 'stratified', folds: 3 } });
    const set = await setOf(spec);
    const candidate = candidateToFit(spec, 'xgboost', { rounds: 400, learningRate: 0.3 });
    const { steps } = await scoreCandidate(spec, candidate, set, context);
    expect(steps).toBeGreaterThan(0);
    expect(steps).toBeLessThan(400);
  });

  it('scores the same again, and stops where it is told to', async () => {
    const spec = specOf({ validation: { kind: 'stratified', folds: 3 } });
    const set = await setOf(spec);
    const candidate = candidateToFit(spec, 'logistic', {});
    const { score } = await scoreCandidate(spec, candidate, set, context);
    expect((await scoreCandidate(spec, candidate, set, context)).score).toBe(score);
    const onStep = (step: number) => (step === 2 ? ('prune' as const) : ('continue' as const));
    const pruned = scoreCandidate(spec, candidate, set, { ...context, onStep });
    await expect(pruned).rejects.toBeInstanceOf(PrunedError);
    await expect(pruned).rejects.toMatchObject({ step: 2, score: expect.any(Number) });
  });
});

describe.each(['split', 'quantile'] as const)('an interval by %s', (method) => {
  const frame = plantFrame(3000);
  const spec = definePipeline({
    ...furnaceDefinition,
    interval: { level: 0.8, method },
    split: { kind: 'random', test: 0.4, validation: 0.25 },
    candidates: [{ estimator: 'xgboost', params: { rounds: 60 } }, { estimator: 'ridge' }],
  });
  let set: TrainingSet;
  beforeAll(async () => {
    set = await prepareTrainingSet(spec, frame, await makeSplit(spec.split, spec.seed, frame));
  });
  const within = { ...context, withInterval: true };

  it.each(['xgboost', 'ridge'])(
    'around %s covers what it says, natively, saved and in ONNX',
    async (name) => {
      const candidate = candidateToFit(spec, name, name === 'xgboost' ? { rounds: 60 } : {});
      const scored = await scoreCandidate(spec, candidate, set, within);
      const { heads } = await fitHeads(spec, scored.held, within);
      const fitted = withHeads(await fitCandidate(spec, candidate, set, within), heads);
      expect(fitted.companion !== undefined).toBe(method === 'quantile');
      expect(scored.companionSteps !== undefined).toBe(method === 'quantile');
      const { coverage = 0 } = metricsOf(fitted.task, set.test.target, await fitted.predict(set.test));
      expect(Math.abs(coverage - 0.8)).toBeLessThan(0.05);

      const onnx = exportOnnx(spec, fitted, {});
      expect((await checkParity(onnx, spec, fitted, frame, set.test)).maxAbsolute).toBeLessThan(1e-5);
      const model = await openModel(onnx);
      expect(model.outputs).toEqual({ label: false, interval: true });
      await model.release();
      const bytes = await saveCandidate(fitted);
      const loaded = await loadCandidate(bytes);
      expect(await loaded.predict(set.test)).toEqual(await fitted.predict(set.test));
      expect(Buffer.compare(await saveCandidate(loaded), bytes)).toBe(0);
      loaded.dispose();
      fitted.dispose();
    },
  );

  it('around an ensemble has a companion that learns quantiles, whatever its members learn', async () => {
    const members: Member[] = [
      { name: 'a', estimator: 'ridge', params: {} },
      { name: 'b', estimator: 'xgboost', params: { rounds: 10 } },
    ];
    const voting = { estimator: 'voting', params: {}, members, companionSteps: 10 };
    const fitted = await fitCandidate(spec, voting, { train: set.train }, within);
    expect(fitted.companion?.estimator).toBe(method === 'quantile' ? 'xgboost' : undefined);
    fitted.dispose();
  });

  it('keeps the quantiles that its margin was learnt for when the model learns the validation rows too', async () => {
    const candidate = candidateToFit(spec, 'xgboost', { rounds: 40 });
    const { held, steps, companionSteps } = await scoreCandidate(spec, candidate, set, within);
    const all = { train: joinRows(set.train, set.validation) };
    const params = withSteps('xgboost', candidate.params, steps);
    const fitted = await fitCandidate(spec, { ...candidate, params, companionSteps }, all, within, set);
    const again = await hold(fitted, set.validation);
    expect(again.companionQuantiles).toEqual(held.companionQuantiles);
    expect(again.predictions.values).not.toEqual(held.predictions.values);
    fitted.dispose();
  });

  it('is learnt out of fold where the pipeline cross-validates', async () => {
    const folded = { ...spec, validation: { kind: 'k-fold', folds: 3, repeats: 1 } } as const;
    const candidate = candidateToFit(spec, 'xgboost', { rounds: 40 });
    const { held, companionSteps } = await scoreCandidate(folded, candidate, set, within);
    const { heads, report } = await fitHeads(folded, held, within);
    expect(report.rows).toBe(set.train.target.length + set.validation.target.length);
    const all = { train: joinRows(set.train, set.validation) };
    const refit = await fitCandidate(folded, { ...candidate, companionSteps }, all, within);
    const fitted = withHeads(refit, heads);
    const { coverage = 0 } = metricsOf(fitted.task, set.test.target, await fitted.predict(set.test));
    expect(Math.abs(coverage - 0.8)).toBeLessThan(0.05);
    fitted.dispose();
  });
});
