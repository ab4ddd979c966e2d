import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Frame, selectRows } from '../../../contracts/frame.ts';
import { modelInputs } from '../../../contracts/pipeline.ts';
import { expandForecast, historyTail, horizonsOf, parseHistoryTail } from '../../../inference/history.ts';
import { type InferenceModel, openModel } from '../../../inference/session.ts';
import { makeSplit } from '../../../models/evaluation/split.ts';
import { closePool } from '../../../models/pool.ts';
import { seededRandom } from '../../../models/random.ts';
import { exportOnnx } from '../../../models/training/export.ts';
import { type FittedCandidate, fitCandidate, withHeads } from '../../../models/training/fit.ts';
import { fitHeads } from '../../../models/training/heads.ts';
import { prepareTrainingSet } from '../../../models/training/prepare.ts';
import type { TrainingSet } from '../../../models/training/rows.ts';
import { scoreCandidate } from '../../../models/training/score.ts';
import { steelForecast } from '../../../pipelines/steel-forecast.ts';
import { showMoment } from './moment.ts';
import { forecastRequest } from './rows.ts';

const { forecast } = steelForecast;
if (forecast === undefined) throw new Error('steel-forecast makes forecasts');
const spec = { ...steelForecast, forecast };
const loads = ['Light_Load', 'Medium_Load', 'Maximum_Load'];
const params = { rounds: 30, maxDepth: 4, learningRate: 0.2 };
const context = { threads: 1, seed: 0, signal: new AbortController().signal };

/** What is looked up of the past beside the target and the load type. */
const otherReadings = Object.values(forecast.history).flatMap((column) =>
  'of' in column && column.of !== undefined && column.of !== 'Load_Type' ? [column.of] : [],
);

/** Forty days of quarters that work from 9 to 23 on weekdays, more or less. */
function plant(): Frame {
  const rows = 40 * 96;
  const random = seededRandom(3, 'plant');
  const places = Array.from({ length: rows }, (_, at) => at % 96);
  const works = places.map((place, at) => place >= 36 && place < 92 && Math.floor(at / 96) % 7 < 5);
  return {
    rows,
    rowIds: Float64Array.from(places, (_, at) => at),
    columns: {
      ...Object.fromEntries(
        otherReadings.map((name) => [
          name,
          {
            kind: 'number' as const,
            values: Float64Array.from(works, (does) => (does ? 30 + 5 * random.normal() : 2)),
          },
        ]),
      ),
      date: {
        kind: 'number',
        values: Float64Array.from(places, (_, at) => Date.UTC(2018, 0, 1) / 1000 + 900 * (at + 1)),
      },
      Usage_kWh: {
        kind: 'number',
        values: Float64Array.from(works, (does) => (does ? 60 + 15 * random.normal() : 4 + random.next())),
      },
      Load_Type: {
        kind: 'text',
        codes: Int32Array.from(works, (does, at) => (does ? 1 + (places[at] % 2) : 0)),
        dictionary: loads,
      },
    },
  };
}

const frame = plant();
let [set, fitted, model]: [TrainingSet?, FittedCandidate?, InferenceModel?] = [];
beforeAll(async () => {
  const expanded = await expandForecast(spec, frame, await makeSplit(spec.split, 0, frame));
  set = await prepareTrainingSet(spec, expanded.frame, expanded.split);
  const candidate = { estimator: 'xgboost', params };
  const { held } = await scoreCandidate(spec, candidate, set, { ...context, withInterval: true });
  const { heads } = await fitHeads(spec, held, context);
  fitted = withHeads(await fitCandidate(spec, candidate, set, { ...context, withInterval: true }), heads);
  model = await openModel(exportOnnx(spec, fitted, {}));
}, 120_000);
afterAll(async () => {
  await model?.release();
  fitted?.dispose();
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
    if (set === undefined || fitted === undefined) throw new Error('not set up');
    const { test } = set;
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
