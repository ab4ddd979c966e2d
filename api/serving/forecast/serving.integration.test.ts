import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectRows } from '../../../contracts/frame.ts';
import { modelInputs } from '../../../contracts/pipeline.ts';
import { showMoment } from '../../../inference/forecast/moment.ts';
import { historyTail, horizonsOf, parseHistoryTail } from '../../../inference/history.ts';
import { type InferenceModel, openModel } from '../../../inference/session.ts';
import { closePool } from '../../../models/pool.ts';
import {
  type ForecastModel,
  loads,
  plant,
  forecastSpec as spec,
  trainForecastModel,
} from '../../../test/support/forecast-model.ts';
import { forecastRequest } from './rows.ts';

const { forecast } = spec;
const frame = plant();
let [trained, model]: [ForecastModel?, InferenceModel?] = [];
beforeAll(async () => {
  trained = await trainForecastModel(frame);
  model = await openModel(trained.onnx);
}, 120_000);
afterAll(async () => {
  await model?.release();
  trained?.fitted.dispose();
  await closePool();
});

/** The answer of the file to a client who asks at an origin, knowing what was read up to then. */
async function ask(origin: number, target: number) {
  const [date, load] = [frame.columns.date, frame.columns.Load_Type];
  if (model === undefined || date.kind !== 'number' || load.kind !== 'text') throw new Error('not set up');
  const known = selectRows(
    frame,
    Int32Array.from({ length: origin + 1 }, (_, at) => at),
  );
  const row = { date: showMoment(date.values[target]), Load_Type: loads[load.codes[target]] };
  const series = parseHistoryTail(historyTail(spec, known));
  const { history, moments } = forecastRequest(spec, series, [row], () => 'row');
  const answer = await model.answer({ ...history, Load_Type: [row.Load_Type] }, 1);
  return { ...answer, ahead: moments[0].intervalsAhead };
}

describe('a forecast that is served', () => {
  it('reads the inputs and the history, and nothing else', () => {
    const names = model?.inputs.map(({ name }) => name) ?? [];
    expect(modelInputs(spec).map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(names).toContain('Load_Type');
    expect(names).toContain('ahead');
  });

  it('is what the model said of the same row in training, to 1e-5', async () => {
    if (trained === undefined) throw new Error('not set up');
    const { fitted } = trained;
    const { test } = trained.set;
    const { values, interval = new Float64Array(0) } = await fitted.predict(test);
    const horizons = horizonsOf(forecast, test.rowIds);
    for (let row = 0; row < test.rowIds.length; row += 101) {
      const target = Math.floor(test.rowIds[row] / forecast.horizons.length);
      const { prediction, interval: bounds, ahead } = await ask(target - horizons[row], target);
      expect(ahead).toBe(horizons[row]);
      expect(Math.abs(prediction[0] - values[row])).toBeLessThan(1e-5);
      expect(Math.abs((bounds?.[0] ?? 0) - interval[2 * row])).toBeLessThan(1e-5);
      expect(Math.abs((bounds?.[1] ?? 0) - interval[2 * row + 1])).toBeLessThan(1e-5);
    }
  });
});
