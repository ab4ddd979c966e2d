/**
 * The steel plant's soft sensor: random 75/25 over seeds 0–4 and a split by time on the clean source, the dirty
 * source scored on the clean one's true values, and Python on plain columns with the same rows.
 */
import { environment } from '../../contracts/env.ts';
import { type Frame, selectRows } from '../../contracts/frame.ts';
import type { PipelineSpec, SplitSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { isAvailable } from '../../data/sources/locations.ts';
import { regressionMetrics } from '../../models/evaluation/metrics.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { type PreparedRows, positionsOf, prepareTrainingSet } from '../../models/training/prepare.ts';
import { machine, mean, option } from '../lib/report.ts';
import { type Champion, trainChampion } from './champion.ts';
import { type Cleaned, cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';
import { type PeerResult, runPeer } from './peer.ts';

const seeds = [0, 1, 2, 3, 4];
const randomSplit: SplitSpec = { kind: 'random', test: 0.25, validation: 0.15 };

interface Scores {
  rmse: number;
  mae: number;
  cv: number;
  r2: number;
  /** Share of test rows within the pipeline's interval. */
  coverage?: number;
  winner: string;
  testRows: number;
}
interface Averaged {
  rmse: number;
  mae: number;
  cv: number;
  perSeed: (Scores & { seed: number })[];
}

/** What others have published on the same data; not measured here. */
const published = {
  source: 'CUBIST, as published by Sathishkumar et al. 2021',
  rmse: 0.241,
  mae: 0.0547,
  cv: 0.877,
};
const remark =
  'A soft sensor, not a forecast: the readings of an interval nearly determine its energy (P = Q·PF/√(1−PF²)), and the base expression is that identity.';

const average = (perSeed: (Scores & { seed: number })[]): Averaged => ({
  rmse: mean(perSeed.map(({ rmse }) => rmse)),
  mae: mean(perSeed.map(({ mae }) => mae)),
  cv: mean(perSeed.map(({ cv }) => cv)),
  perSeed,
});

const shareWithin = (actual: Float64Array, interval: Float64Array): number =>
  actual.filter((value, row) => value >= interval[2 * row] && value <= interval[2 * row + 1]).length /
  actual.length;

async function scoresOf(champion: Champion, test: PreparedRows): Promise<Scores> {
  const { values, interval } = await champion.fitted.predict(test);
  const metrics = regressionMetrics(test.target, values);
  const coverage = interval && shareWithin(test.target, interval);
  return { ...metrics, coverage, winner: champion.winner, testRows: test.features.rows };
}

async function onSplit(spec: PipelineSpec, frame: Frame, split: Split, seed: number): Promise<Scores> {
  const set = await prepareTrainingSet(spec, frame, split);
  return await scoresOf(await trainChampion({ ...spec, seed }, set), set.test);
}

async function overSeeds(one: (seed: number) => Promise<Scores>): Promise<Averaged> {
  const perSeed: (Scores & { seed: number })[] = [];
  for (const seed of seeds) {
    const scores = await one(seed);
    process.stderr.write(`seed ${seed}: ${scores.winner}, RMSE ${scores.rmse.toFixed(4)}\n`);
    perSeed.push({ seed, ...scores });
  }
  return average(perSeed);
}

/** Values of the column that names a row, by row id. */
function keysOf(spec: PipelineSpec, frame: Frame, rowIds?: number[]): number[] {
  const unique = spec.expectations.find((expectation) => expectation.kind === 'unique');
  const column = unique?.kind === 'unique' ? unique.columns[0] : Object.keys(spec.columns)[0];
  const part = rowIds ? selectRows(frame, positionsOf(frame, rowIds)) : frame;
  const series = part.columns[column];
  return series.kind === 'number' ? [...series.values] : [...series.codes];
}

/** Trained on the cleaned dirty rows, scored on the true values of the rows that it has not seen. */
async function dirtyOnSeed(spec: PipelineSpec, dirty: Frame, clean: Frame, seed: number): Promise<Scores> {
  const split = await makeSplit(randomSplit, seed, dirty);
  const set = await prepareTrainingSet(spec, dirty, split);
  const champion = await trainChampion({ ...spec, seed }, set);
  const learned = new Set(keysOf(spec, dirty, [...split.train, ...split.validation]));
  const tested = new Set(keysOf(spec, dirty, split.test));
  const keys = keysOf(spec, clean);
  const rows = [...clean.rowIds].filter((_, at) => tested.has(keys[at]) && !learned.has(keys[at]));
  const truth = await prepareTrainingSet(spec, clean, {
    train: rows.slice(0, 2),
    validation: rows.slice(0, 2),
    test: rows,
  });
  return await scoresOf(champion, truth.test);
}

async function isThere(spec: PipelineSpec, source: string, dataDir: string | undefined): Promise<boolean> {
  const found = spec.sources[source];
  const locations = found?.kind === 'csv' ? found.locations : [];
  const there = await Promise.all(locations.map((location) => isAvailable(location, { dataDir })));
  return there.includes(true);
}

/** The first source that is there and not the dirty one; the generator where no data set is. */
async function cleanSource(spec: PipelineSpec, dataDir: string | undefined): Promise<string> {
  for (const source of Object.keys(spec.sources))
    if (source !== 'dirty' && (await isThere(spec, source, dataDir))) return source;
  throw new Error(`none of the sources of ${spec.name} can be found: set RELEVO_DATA`);
}

/** See above. Takes some 15 minutes on two cores. */
export async function measureSteel(spec: PipelineSpec, folder: string): Promise<Measured> {
  const dataDir = environment().RELEVO_DATA;
  const source = option('source') ?? (await cleanSource(spec, dataDir));
  const clean = await cleanDataset(spec, source, { dataDir, folder });
  const splits = await Promise.all(seeds.map((seed) => makeSplit(randomSplit, seed, clean.frame)));
  const random = await overSeeds((seed) => onSplit(spec, clean.frame, splits[seed], seed));
  const byTime: SplitSpec = { kind: 'time', by: 'date', test: 0.2, validation: 0.15 };
  const time = await onSplit(spec, clean.frame, await makeSplit(byTime, 0, clean.frame), 0);
  const hasDirty = await isThere(spec, 'dirty', dataDir);
  const dirty = hasDirty ? await measureDirty(spec, clean.frame, { dataDir, folder }) : undefined;
  const peer = await runPeer(spec, clean.frame, splits, folder);
  const result = {
    pipeline: spec.name,
    source: clean.source,
    synthetic: clean.synthetic,
    ...random,
    time,
    dirty,
    peer,
    published,
    remark,
    machine: machine(),
  };
  return { result, text: table(result) };
}

async function measureDirty(
  spec: PipelineSpec,
  clean: Frame,
  places: { dataDir: string | undefined; folder: string },
): Promise<Averaged & { rows: Cleaned['report'] }> {
  process.stderr.write('dirty source, scored on the true values\n');
  const dirty = await cleanDataset(spec, 'dirty', places);
  const scores = await overSeeds((seed) => dirtyOnSeed(spec, dirty.frame, clean, seed));
  return { ...scores, rows: dirty.report };
}

interface Result extends Averaged {
  pipeline: string;
  source: string;
  synthetic: boolean;
  time: Scores;
  dirty: (Averaged & { rows: Cleaned['report'] }) | undefined;
  peer: PeerResult;
}
type Line = Pick<Scores, 'rmse' | 'mae' | 'cv'>;
const line = (label: string, { rmse, mae, cv }: Line): string =>
  `${label.padEnd(58)} ${rmse.toFixed(4).padStart(8)} ${mae.toFixed(4).padStart(8)} ${cv.toFixed(3).padStart(8)}`;

function table(result: Result): string {
  const { time, dirty, peer } = result;
  const peers: [string, PeerResult[keyof PeerResult]][] = [
    ['Python xgboost defaults, plain columns', peer.xgboost],
    ['Python linear regression, plain columns', peer.linear],
  ];
  return [
    `${result.pipeline}: ${result.source}${result.synthetic ? ', synthetic' : ''}`,
    `${''.padEnd(58)} ${'RMSE'.padStart(8)} ${'MAE'.padStart(8)} ${'CV %'.padStart(8)}`,
    line(`champion, random 75/25, mean of ${seeds.length} seeds`, result),
    line('champion, last 20 % in time', time),
    ...(dirty ? [line('champion of the dirty source, on the true values', dirty)] : []),
    ...peers.map(([label, scores]) => line(label, scores)),
    line(published.source, published),
    remark,
  ].join('\n');
}
