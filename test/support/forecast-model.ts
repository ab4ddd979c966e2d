import type { Frame } from '../../contracts/frame.ts';
import { expandForecast } from '../../inference/history.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { seededRandom } from '../../models/random.ts';
import { exportOnnx } from '../../models/training/export.ts';
import { type FittedCandidate, fitCandidate, withHeads } from '../../models/training/fit.ts';
import { fitHeads } from '../../models/training/heads.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import type { TrainingSet } from '../../models/training/rows.ts';
import { scoreCandidate } from '../../models/training/score.ts';
import { steelForecast } from '../../pipelines/steel-forecast.ts';

const { forecast } = steelForecast;
if (forecast === undefined) throw new Error('steel-forecast makes forecasts');
export const forecastSpec = { ...steelForecast, forecast };
export const loads = ['Light_Load', 'Medium_Load', 'Maximum_Load'];
const params = { rounds: 30, maxDepth: 4, learningRate: 0.2 };
const context = { threads: 1, seed: 0, signal: new AbortController().signal };

/** What is looked up of the past beside the target and the load type. */
const otherReadings = Object.values(forecast.history).flatMap((column) =>
  'of' in column && column.of !== undefined && column.of !== 'Load_Type' ? [column.of] : [],
);

/** Forty days of quarters that work from 9 to 23 on weekdays, more or less; the last ends 2018-02-09. */
export function plant(): Frame {
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

export interface ForecastModel {
  set: TrainingSet;
  fitted: FittedCandidate;
  onnx: Uint8Array;
}

/** A small model of the plant's forecasts, with its interval. Who calls it disposes of the candidate and closes the pool. */
export async function trainForecastModel(frame: Frame): Promise<ForecastModel> {
  const expanded = await expandForecast(forecastSpec, frame, await makeSplit(forecastSpec.split, 0, frame));
  const set = await prepareTrainingSet(forecastSpec, expanded.frame, expanded.split);
  const candidate = { estimator: 'xgboost', params };
  const how = { ...context, withInterval: true };
  const { held } = await scoreCandidate(forecastSpec, candidate, set, how);
  const { heads } = await fitHeads(forecastSpec, held, context);
  const fitted = withHeads(await fitCandidate(forecastSpec, candidate, set, how), heads);
  return { set, fitted, onnx: exportOnnx(forecastSpec, fitted, {}) };
}
