import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { col } from '../../contracts/expression.ts';
import { selectRows } from '../../contracts/frame.ts';
import { definePipeline } from '../../contracts/pipeline.ts';
import { openModel } from '../../inference/session.ts';
import { regressionMetrics } from '../evaluation/metrics.ts';
import { makeSplit } from '../evaluation/split.ts';
import { closePool } from '../pool.ts';
import { rawColumns } from './columns.ts';
import { checkParity, exportOnnx } from './export.ts';
import { type FittedCandidate, fitCandidate, loadCandidate, saveCandidate } from './fit.ts';
import { positionsOf, prepareTrainingSet } from './prepare.ts';
import type { TrainingSet } from './rows.ts';
import { context, furnaceDefinition, plantFrame } from './testing.ts';

const spec = definePipeline(furnaceDefinition);
const frame = plantFrame(1200);
const split = await makeSplit(spec.split, spec.seed, frame);
const smallParams: Record<string, Record<string, number>> = {
  xgboost: { rounds: 60 },
  'random-forest': { trees: 40 },
};

const expectSameBytes = (actual: Uint8Array, expected: Uint8Array): void => {
  expect(Buffer.compare(actual, expected)).toBe(0);
};

let set: TrainingSet;
beforeAll(async () => {
  set = await prepareTrainingSet(spec, frame, split);
});
afterAll(closePool);

describe('prepared rows', () => {
  it('are the split rows, with the base that the formula gives and 0 where it is missing', async () => {
    expect([...set.test.rowIds]).toEqual(split.test);
    const first = { train: [7000, 7003, 7006, 7009, 7012, 7015], validation: [7018], test: [7021] };
    const { train } = await prepareTrainingSet(spec, frame, first);
    const row = 5;
    const { q: reactive, pf: factor } = frame.columns as Record<
      string,
      { kind: 'number'; values: Float64Array }
    >;
    const base = (reactive.values[row] * factor.values[row]) / Math.sqrt(1 - factor.values[row] ** 2);
    expect([...train.base].slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(train.base[row]).toBeCloseTo(base, 10);
    expect(train.residual[row]).toBe(train.target[row] - train.base[row]);
    expect(train.features.names).toEqual(Object.keys(spec.features));
    const cell = (at: number, name: string) =>
      train.features.data[at * train.features.names.length + train.features.names.indexOf(name)];
    expect(cell(0, 'q')).toBeNaN();
    expect(cell(2, 'tangent')).toBeNaN();
    expect(cell(3, 'tangent')).toBeNaN();
    expect(cell(4, 'tangent')).toBe(0);
    expect(cell(row, 'heavy')).toBe(Number((frame.columns.load as { codes: Int32Array }).codes[row] === 1));
    expect(cell(row, 'constant')).toBe(1);
  });

  it('name a row that was not read, a target that is missing and an input that no model can read', async () => {
    await expect(prepareTrainingSet(spec, frame, { ...split, test: [1] })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining('Row 1 '),
    });
    const holed = selectRows(frame, [0, 1, 2]);
    (holed.columns.kwh as { values: Float64Array }).values[1] = Number.NaN;
    await expect(
      prepareTrainingSet(spec, holed, { train: [7000, 7003], validation: [], test: [] }),
    ).rejects.toMatchObject({ code: 'TRAINING_FAILED', message: expect.stringContaining('Row 7003') });
    const dated = definePipeline({ ...furnaceDefinition, inputs: [...spec.inputs, 'at'] });
    await expect(prepareTrainingSet(dated, frame, split)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining('timestamp column "at"'),
    });
  });
});

describe.each(['xgboost', 'random-forest', 'ridge', 'linear'])('a candidate of %s', (name) => {
  const candidate = { estimator: name, params: smallParams[name] ?? {} };
  let fitted: FittedCandidate;
  let onnx: Uint8Array;
  beforeAll(async () => {
    fitted = await fitCandidate(spec, candidate, set, context);
    onnx = exportOnnx(spec, fitted, { version: '1.0.0' });
  }, 60_000);

  it('improves on the base', async () => {
    const base = regressionMetrics(set.test.target, set.test.base).rmse;
    expect(regressionMetrics(set.test.target, (await fitted.predict(set.test)).values).rmse).toBeLessThan(
      0.8 * base,
    );
  });

  it('says from the raw columns of one file what it says natively', async () => {
    const parity = await checkParity(onnx, spec, fitted, frame, set.test);
    expect(parity.rows).toBe(split.test.length);
    expect(parity.maxAbsolute).toBeLessThan(1e-5);
    await checkParity(onnx, spec, fitted, frame, set.train);
  });

  it('survives saving, to the bit', async () => {
    const bytes = await saveCandidate(fitted);
    const loaded = await loadCandidate(bytes);
    expectSameBytes(await saveCandidate(loaded), bytes);
    expect(await loaded.predict(set.test)).toEqual(await fitted.predict(set.test));
    expectSameBytes(exportOnnx(spec, loaded, { version: '1.0.0' }), onnx);
  });

  it('is the same model, bit for bit, when it is fitted again', async () => {
    const again = await fitCandidate(spec, candidate, set, context);
    expectSameBytes(exportOnnx(spec, again, { version: '1.0.0' }), onnx);
  });

  it('answers a row the same alone as in company', async () => {
    const model = await openModel(onnx);
    const rows = selectRows(frame, positionsOf(frame, split.test.slice(0, 40)));
    const together = await model.predict(rawColumns(rows, spec.inputs), rows.rows);
    for (let row = 0; row < rows.rows; row++) {
      const alone = await model.predict(rawColumns(selectRows(rows, [row]), spec.inputs), 1);
      expect(alone[0]).toBe(together[row]);
    }
    expect(model.inputs.map((input) => input.name)).toEqual(spec.inputs);
    await model.release();
  });
});

describe('what is wrong is said', () => {
  it('by the parity check, with the row', async () => {
    const fitted = await fitCandidate(spec, { estimator: 'xgboost', params: { rounds: 5 } }, set, context);
    const other = await fitCandidate(spec, { estimator: 'xgboost', params: { rounds: 6 } }, set, context);
    const onnx = exportOnnx(spec, other, {});
    await expect(checkParity(onnx, spec, fitted, frame, set.test)).rejects.toMatchObject({
      code: 'PARITY_FAILED',
      details: { where: `row ${split.test[0]}` },
    });
  });

  it('for parameters, estimators and bytes that are none', async () => {
    const train = (estimator: string, params: Record<string, number>) =>
      fitCandidate(spec, { estimator, params }, set, context);
    await expect(train('xgboost', { rounds: -1 })).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    await expect(train('oracle', {})).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    const corrupt = [new Uint8Array(0), new Uint8Array([0, 0, 1, 0, 1]), new Uint8Array(200).fill(123)];
    for (const bytes of corrupt)
      await expect(loadCandidate(bytes)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('for a model of other features', async () => {
    const fitted = await fitCandidate(spec, { estimator: 'xgboost', params: { rounds: 5 } }, set, context);
    const other = definePipeline({ ...furnaceDefinition, features: { q: col('q') } });
    expect(() => exportOnnx(other, fitted, {})).toThrowError('fitted on q, pf, tangent');
  });
});
