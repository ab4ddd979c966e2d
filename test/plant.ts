import { writeFile } from 'node:fs/promises';
import { category, number } from '../contracts/columns.ts';
import { col } from '../contracts/expression.ts';
import { definePipeline, type PipelineSpec } from '../contracts/pipeline.ts';
import { seededRandom } from '../models/random.ts';

export const plantFile = 'plant.csv';

interface PlantOptions {
  /** Rounds of both boosters: how long a fit takes. */
  rounds: number;
  trials: number;
  seed?: number;
}

/** A small mill whose power follows from load, speed and hardness: enough to learn, nothing to download. */
export const plant = ({ rounds, trials, seed = 7 }: PlantOptions): PipelineSpec =>
  definePipeline({
    name: 'plant',
    title: { en: 'Power of a mill', es: 'Potencia de un molino' },
    about: { en: 'Generated rows for tests.', es: 'Filas generadas para pruebas.' },
    task: 'regression',
    sources: { file: { kind: 'csv', locations: [{ kind: 'file', path: plantFile }] } },
    columns: {
      feed: number({ unit: 't/h', min: 0 }),
      speed: number({ unit: 'rpm', min: 0 }),
      hardness: number({ optional: true }),
      ore: category(['oxide', 'sulphide']),
      power: number({ unit: 'kW' }),
    },
    target: 'power',
    inputs: ['feed', 'speed', 'hardness', 'ore'],
    features: {
      feed: col('feed'),
      speed: col('speed'),
      hardness: col('hardness'),
      sulphide: col('ore').equals('sulphide').and(col('feed').greaterThan(0)),
      work: col('feed').times(col('hardness')),
    },
    base: col('feed').times(2),
    split: { kind: 'random', test: 0.2, validation: 0.2 },
    seed,
    candidates: [
      {
        name: 'searched',
        estimator: 'xgboost',
        params: { rounds: Math.ceil(rounds / 4), earlyStoppingRounds: rounds },
        search: {
          learningRate: { kind: 'float', low: 0.02, high: 0.3, log: true },
          maxDepth: { kind: 'integer', low: 3, high: 7 },
          subsample: { kind: 'float', low: 0.5, high: 1 },
        },
        trials,
      },
      {
        name: 'boosted',
        estimator: 'xgboost',
        params: { rounds, earlyStoppingRounds: rounds, learningRate: 0.02, maxDepth: 6, subsample: 0.8 },
      },
      { estimator: 'linear' },
    ],
    promotion: { resamples: 500 },
    schedules: { ingest: { cron: '30 1 * * *' }, train: { cron: '0 2 * * *' } },
  });

/** The same rows for the same seed, as CSV text with a header. */
export function plantRows(rows: number, seed = 1): string {
  const random = seededRandom(seed, 'plant');
  const lines = ['feed,speed,hardness,ore,power'];
  for (let row = 0; row < rows; row++) {
    const feed = 20 + 80 * random.next();
    const speed = 10 + 5 * random.normal();
    const hardness = 8 + 6 * random.next();
    const sulphide = random.next() < 0.4;
    const power =
      2 * feed + 0.3 * feed * hardness * (sulphide ? 1.2 : 1) + 4 * Math.sin(speed) + 3 * random.normal();
    const known = random.next() < 0.97;
    lines.push(
      [
        feed.toFixed(2),
        Math.abs(speed).toFixed(2),
        known ? hardness.toFixed(2) : '',
        sulphide ? 'sulphide' : 'oxide',
        power.toFixed(3),
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

export const writePlant = (folder: string, rows: number, seed?: number): Promise<void> =>
  writeFile(`${folder}/${plantFile}`, plantRows(rows, seed));

/** The same mill asked another question: which ore it grinds, with calibrated answers where mistakes differ in cost. */
export const oreOfPlant = (): PipelineSpec => {
  const { name: _, title, about, sources, columns, schedules } = plant({ rounds: 1, trials: 0 });
  return definePipeline({
    name: 'ore',
    ...{ title, about, sources, columns, schedules },
    task: 'classification',
    target: 'ore',
    inputs: ['feed', 'speed', 'power'],
    features: { feed: col('feed'), speed: col('speed'), power: col('power') },
    split: { kind: 'stratified', by: 'ore', test: 0.2, validation: 0.2 },
    candidates: [{ estimator: 'xgboost', params: { rounds: 40 } }, { estimator: 'logistic' }],
    metric: 'logLoss',
    calibration: 'auto',
    costs: { oxide: { sulphide: 1 }, sulphide: { oxide: 5 } },
  });
};
