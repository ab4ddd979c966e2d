import type { Frame } from '../../../contracts/frame.ts';
import type { Metrics } from '../../../contracts/metrics.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { bootstrapMetrics, pairedBootstrap } from '../../../models/evaluation/judge.ts';
import type { Predictions } from '../../../models/evaluation/predictions.ts';
import { makeSplit } from '../../../models/evaluation/split.ts';
import { prepareTrainingSet } from '../../../models/training/prepare.ts';
import { joinRows, type PreparedRows, type TrainingSet } from '../../../models/training/rows.ts';
import { taskOf } from '../../../models/training/task.ts';
import { keep, scoreOne, trainChampion } from '../champion.ts';
import { runPeer } from './peer.ts';

/** Test trucks differ from seed to seed. */
const seeds = [0, 1, 2];
const champion = 'champion';
type PairedImprovement = Awaited<ReturnType<typeof pairedBootstrap>>;

interface OnSeed {
  seed: number;
  winner: string;
  rows: { train: number; validation: number; test: number };
  /** On the test trucks, with 95 % intervals; `coverage` is of the champion's stated interval. */
  test: Record<string, Metrics>;
  /** By how many percent the champion's RMSE is lower than the other's, over paired resamples of the rows. */
  ahead: Record<string, PairedImprovement>;
  versions: Record<string, string>;
}
export interface Minutes {
  pipeline: string;
  level: number | undefined;
  /** Means over the seeds. */
  mean: Record<
    string,
    { rmse: number; mae: number; coverage: number | undefined; width: number | undefined }
  >;
  perSeed: OnSeed[];
}

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const plain = (values: ArrayLike<number>): Predictions => ({ values: Float64Array.from(values), outputs: 1 });

/** The plant's own expectation: minutes of both ways, without what happens at the face and at the dump. */
function ruleOf({ features: { names, data, rows } }: PreparedRows): Float64Array {
  const at = names.indexOf('rule');
  return Float64Array.from({ length: rows }, (_, row) => data[row * names.length + at]);
}

/** The rule as it is, and with the mean of the rest on the trucks that may be learned from. */
function rules({ train, validation, test }: TrainingSet): Record<string, Predictions> {
  const learned = joinRows(train, validation);
  const rule = ruleOf(learned);
  const rest = meanOf(learned.target.map((minutes, row) => minutes - rule[row]));
  const raw = ruleOf(test);
  return { 'rule, raw': plain(raw), 'rule + mean of the rest': plain(raw.map((value) => value + rest)) };
}

async function ridgeOf(spec: PipelineSpec, set: TrainingSet): Promise<Predictions> {
  const ridge = spec.candidates.find(({ estimator }) => estimator === 'ridge');
  if (ridge === undefined) throw new Error(`${spec.name} has no ridge`);
  const { fitted } = await keep(spec, await scoreOne(spec, ridge, set), set);
  return { ...(await fitted.predict(set.test)), interval: undefined };
}

async function onSeed(pipeline: PipelineSpec, frame: Frame, seed: number, folder: string): Promise<OnSeed> {
  const spec = { ...pipeline, seed };
  const split = await makeSplit(spec.split, seed, frame);
  const set = await prepareTrainingSet(spec, frame, split);
  const { winner, fitted, validation } = await trainChampion(spec, set);
  process.stderr.write(`minutes, seed ${seed}: ${winner}, ${JSON.stringify(validation)}\n`);
  const { predicted, versions } = await runPeer(spec, set, folder);
  const peers = Object.entries(predicted).map(([name, values]) => [`Python ${name}`, plain(values)]);
  const all: Record<string, Predictions> = {
    [champion]: await fitted.predict(set.test),
    ridge: await ridgeOf(spec, set),
    ...rules(set),
    ...Object.fromEntries(peers),
  };
  const task = taskOf(spec);
  const { target } = set.test;
  const draws = { seed, resamples: spec.promotion.resamples };
  const [test, ahead]: [OnSeed['test'], OnSeed['ahead']] = [{}, {}];
  for (const [name, predictions] of Object.entries(all)) {
    test[name] = await bootstrapMetrics(task, target, predictions, draws);
    const options = { ...draws, metric: 'rmse' as const, confidence: 0.95 };
    if (name !== champion)
      ahead[name] = await pairedBootstrap(task, target, all[champion], predictions, options);
  }
  fitted.dispose();
  const rows = { train: split.train.length, validation: split.validation.length, test: split.test.length };
  return { seed, winner, rows, test, ahead, versions };
}

/** Minutes of a cycle on trucks that were not learned from, over several draws of the trucks. */
export async function measureMinutes(spec: PipelineSpec, frame: Frame, folder: string): Promise<Minutes> {
  const perSeed: OnSeed[] = [];
  for (const seed of seeds) perSeed.push(await onSeed(spec, frame, seed, folder));
  const names = Object.keys(perSeed[0].test);
  const mean = (name: string, metric: keyof Metrics): number | undefined => {
    const values = perSeed.flatMap(({ test }) => test[name][metric]?.value ?? []);
    return values.length > 0 ? meanOf(values) : undefined;
  };
  return {
    pipeline: spec.name,
    level: spec.interval?.level,
    mean: Object.fromEntries(
      names.map((name) => [
        name,
        {
          rmse: mean(name, 'rmse') ?? Number.NaN,
          mae: mean(name, 'mae') ?? Number.NaN,
          coverage: mean(name, 'coverage'),
          width: mean(name, 'intervalWidth'),
        },
      ]),
    ),
    perSeed,
  };
}

const cell = (value: number | undefined, width = 9, places = 3): string =>
  (value === undefined ? '–' : value.toFixed(places)).padStart(width);

/** The result for people. */
export function minutesTable({ pipeline, level = 0, mean, perSeed }: Minutes): string[] {
  const ofSeeds = (name: string): string =>
    perSeed
      .map(({ ahead }) => ahead[name])
      .map((found) =>
        found ? `${cell(found.value, 6, 1)} (${cell(found.low, 4, 1)}–${cell(found.high, 4, 1)})` : '',
      )
      .join('  ');
  return [
    `${pipeline}: minutes of a cycle, trucks not learned from; means over seeds ${perSeed.map(({ seed }) => seed).join(', ')}; champions ${perSeed.map(({ winner }) => winner).join(', ')}`,
    `${''.padEnd(32)}     RMSE      MAE  covered    width   champion's RMSE lower by %, each seed (95 %)`,
    ...Object.entries(mean).map(
      ([name, scores]) =>
        name.padEnd(32) +
        cell(scores.rmse) +
        cell(scores.mae) +
        cell(scores.coverage) +
        cell(scores.width) +
        `   ${ofSeeds(name)}`,
    ),
    `stated level of the interval: ${level}`,
  ];
}
