import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Params } from '../../contracts/estimator.ts';
import { selectRows } from '../../contracts/frame.ts';
import { type ClassWeights, definePipeline } from '../../contracts/pipeline.ts';
import { openModel } from '../../inference/session.ts';
import { decide } from '../decision/index.ts';
import { metricsOf } from '../evaluation/judge.ts';
import { makeSplit } from '../evaluation/split.ts';
import { closePool } from '../pool.ts';
import { rawColumns } from './columns.ts';
import { checkParity, exportOnnx } from './export.ts';
import {
  candidateToFit,
  type FittedCandidate,
  fitCandidate,
  loadCandidate,
  saveCandidate,
  withHeads,
} from './fit.ts';
import { fitHeads, headsSchema } from './heads.ts';
import { positionsOf, prepareTrainingSet } from './prepare.ts';
import type { TrainingSet } from './rows.ts';
import { scoreCandidate } from './score.ts';
import { channels, context, ordersDefinition, ordersFrame } from './testing.ts';
import { tieOf } from './tie.ts';

const spec = definePipeline({
  ...ordersDefinition,
  weights: 'balanced',
  calibration: 'auto',
  costs: { visit: { digital: 20, phone: 20 }, digital: { visit: 1 }, phone: { digital: 1, visit: 1 } },
  candidates: [
    { estimator: 'xgboost', params: { rounds: 40 } },
    { estimator: 'logistic' },
    { estimator: 'stacking', members: ['xgboost', 'logistic'] },
  ],
});
const frame = ordersFrame(1500);
let set: TrainingSet;
let split: { train: number[]; validation: number[]; test: number[] };
beforeAll(async () => {
  split = await makeSplit(spec.split, spec.seed, frame);
  set = await prepareTrainingSet(spec, frame, split);
});
afterAll(closePool);

describe.each(['xgboost', 'logistic', 'stacking'])('a classification by %s', (name) => {
  const params: Params = name === 'xgboost' ? { rounds: 40 } : {};
  let bare: FittedCandidate;
  let whole: FittedCandidate;
  let learnt: Awaited<ReturnType<typeof fitHeads>>;
  beforeAll(async () => {
    const candidate = candidateToFit(spec, name, params);
    learnt = await fitHeads(spec, (await scoreCandidate(spec, candidate, set, context)).held, context);
    bare = await fitCandidate(spec, candidate, set, context);
    whole = withHeads(bare, learnt.heads);
  }, 60_000);
  afterAll(() => bare.dispose());

  it('goes from raw columns to probabilities and a label in one file, as it says natively', async () => {
    expect(headsSchema.parse(JSON.parse(JSON.stringify(learnt))).heads).toEqual(learnt.heads);
    const onnx = exportOnnx(spec, whole, {});
    const parity = await checkParity(onnx, spec, whole, frame, set.test);
    expect(parity).toMatchObject({ rows: split.test.length });
    expect(parity.maxAbsolute).toBeLessThan(1e-6);

    const model = await openModel(onnx);
    expect(model.outputs).toEqual({ label: true, interval: false, classes: channels });
    const rows = selectRows(frame, positionsOf(frame, split.test));
    const columns = rawColumns(rows, spec.inputs);
    const answer = await model.answer(columns, rows.rows);
    expect(answer.width).toBe(3);
    expect(await model.predict(columns, rows.rows)).toEqual(answer.prediction);
    const native = await whole.predict(set.test);
    const labels = [...decide(native.values, 3, native.decisionWeights)].map((index) => channels[index]);
    expect(answer.label).toEqual(labels);
    for (let row = 0; row < rows.rows; row++) {
      const sum = answer.prediction.subarray(3 * row, 3 * row + 3).reduce((total, share) => total + share, 0);
      expect(sum).toBeCloseTo(1, 9);
    }
    await model.release();
  });

  it('survives saving, heads included', async () => {
    const bytes = await saveCandidate(whole);
    const loaded = await loadCandidate(bytes);
    expect(await loaded.predict(set.test)).toEqual(await whole.predict(set.test));
    expect(Buffer.compare(exportOnnx(spec, loaded, {}), exportOnnx(spec, whole, {}))).toBe(0);
    expect(Buffer.compare(await saveCandidate(loaded), bytes)).toBe(0);
    loaded.dispose();
  });

  it('costs less by its weights than by the most probable class, on rows that nobody has seen', async () => {
    const { decision } = learnt.report;
    expect(decision?.cost).toBeLessThan(decision?.costOfMostProbable ?? 0);
    const { values, decisionWeights } = await whole.predict(set.test);
    const cost = (answers: Int32Array) =>
      answers.reduce((sum, answer, row) => {
        const byAnswer = spec.costs?.[channels[set.test.target[row]]] ?? {};
        return sum + (byAnswer[channels[answer]] ?? 0);
      }, 0);
    expect(cost(decide(values, 3, decisionWeights))).toBeLessThan(cost(decide(values, 3)));
  });

  it('has probabilities that calibration brings nearer to the truth, after balanced weights', async () => {
    const loss = async (candidate: typeof bare) =>
      metricsOf(candidate.task, set.test.target, await candidate.predict(set.test)).logLoss ?? 0;
    expect(await loss(whole)).toBeLessThan(await loss(bare));
  });
});

describe('the loss that candidates are compared by', () => {
  it('is of calibrated probabilities, each by a fit that has not seen its row', async () => {
    const judged = { ...spec, metric: 'logLoss' } as const;
    const { held, score } = await scoreCandidate(judged, candidateToFit(spec, 'logistic', {}), set, context);
    const { loss, report } = await fitHeads(judged, held, context);
    const { method, tried = [] } = report.calibration ?? {};
    const lossOf = (wanted = method) => tried.find((one) => one.method === wanted)?.logLoss ?? Number.NaN;
    expect(loss).toBeCloseTo(lossOf(), 12);
    expect(score).toBeCloseTo(lossOf('none'), 12);
    expect(loss).toBeLessThan(score);
    expect((await fitHeads({ ...judged, calibration: 'none' }, held, context)).loss).toBeUndefined();
  });

  it('comes with what breaks ties, of the same probabilities, where the pipeline asks for it', async () => {
    const tied = { ...spec, metric: 'accuracy', tieBreak: 'logLoss' } as const;
    const { held } = await scoreCandidate(tied, candidateToFit(spec, 'logistic', {}), set, context);
    const { answers = held.predictions, loss = 0, report } = await fitHeads(tied, held, context);
    const { method, tried = [] } = report.calibration ?? {};
    const tie = await tieOf(tied, held.rows.target, answers, context);
    expect(tie?.score).toBeCloseTo(tried.find((one) => one.method === method)?.logLoss ?? Number.NaN, 12);
    const ofShare = Math.sqrt((-loss * (1 + loss)) / held.rows.target.length);
    expect(Math.abs((tie?.standardError ?? 0) / ofShare - 1)).toBeLessThan(0.2);
    expect(await tieOf({ ...tied, tieBreak: undefined }, held.rows.target, answers, context)).toBeUndefined();
  });
});

describe('the weights of classes', () => {
  it('bring out the classes that are rare', async () => {
    const recallOfVisit = async (weights: ClassWeights, own?: ClassWeights) => {
      const candidates = [{ ...spec.candidates[0], estimator: 'logistic', name: 'logistic', weights: own }];
      const weighed = { ...spec, weights, candidates };
      const fitted = await fitCandidate(weighed, candidateToFit(weighed, 'logistic', {}), set, context);
      const { values } = await fitted.predict(set.test);
      const answers = decide(values, 3);
      const visits = [...set.test.target].flatMap((index, row) => (index === 2 ? [row] : []));
      return visits.filter((row) => answers[row] === 2).length / visits.length;
    };
    const [balanced, none] = [await recallOfVisit('balanced'), await recallOfVisit('none')];
    expect(balanced).toBeGreaterThan(none);
    // A candidate's own come first.
    expect(await recallOfVisit('none', 'balanced')).toBe(balanced);
    expect(await recallOfVisit('balanced', 'none')).toBe(none);
  });
});
