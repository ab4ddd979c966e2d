/**
 * The kind of traffic that brought a session to a shop: champions of a stratified 5-fold, so that every row is
 * tested once by a model that has not seen it, what calibration does there, and Python's models on the same rows.
 */
import { environment } from '../../contracts/env.ts';
import type { Frame } from '../../contracts/frame.ts';
import type { Metrics } from '../../contracts/metrics.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { Split } from '../../contracts/refs.ts';
import { chooseSource } from '../../data/sources/index.ts';
import type { MetricValues } from '../../models/evaluation/comparison.ts';
import { makeFolds } from '../../models/evaluation/folds.ts';
import { bootstrapMetrics, metricsOf } from '../../models/evaluation/judge.ts';
import type { Predictions } from '../../models/evaluation/predictions.ts';
import { type EvaluationReport, evaluationReport } from '../../models/evaluation/report.ts';
import { withHeads } from '../../models/training/fit.ts';
import { prepareTrainingSet, targetOf } from '../../models/training/prepare.ts';
import type { TrainingSet } from '../../models/training/rows.ts';
import { taskOf } from '../../models/training/task.ts';
import { machine, option } from '../lib/report.ts';
import { type Champion, trainChampion } from './champion.ts';
import { cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';
import { type PeerResult, type PeerScores, runPeer } from './shoppers/peer.ts';

/** LightGBM on the same six groups, 5-fold, measured before Relevo was: what issue 4 asks to beat. */
const mark = { accuracy: 0.422, macroF1: 0.352 };
const outerFolds = 5;

type Classes = Extract<EvaluationReport, { kind: 'classification' }>;
interface OnFold extends Pick<Champion, 'winner' | 'params' | 'validation' | 'heads'> {
  decisionWeights: number[] | undefined;
  test: MetricValues;
  peer: PeerResult;
}
interface Result {
  pipeline: string;
  source: string;
  synthetic: boolean;
  rows: number;
  /** Of all rows, each answered by the champion that had not seen it, with 95 % intervals. */
  test: Metrics;
  /** The most probable class before and after calibration, without the tuned decision. */
  before: MetricValues;
  after: MetricValues;
  mark: typeof mark;
  ahead: { accuracy: boolean; macroF1: boolean };
  evaluation: Omit<Classes, 'roc' | 'precisionRecall' | 'reliability'>;
  folds: OnFold[];
  /** Means over the folds. */
  peers: Record<string, { test: PeerScores; testCalibrated: PeerScores }>;
  machine: ReturnType<typeof machine>;
}

/** Shuffled and stratified, each row tested once: 60 % to train, 20 % to validate, 20 % to test. */
function splitsOf(spec: PipelineSpec, frame: Frame): Split[] {
  const task = taskOf(spec);
  const all = Int32Array.from({ length: frame.rows }, (_, row) => row);
  const target = targetOf(spec, frame, all);
  const stratified = (folds: number) => ({ kind: 'stratified' as const, folds, repeats: 1 });
  const ids = (rows: Int32Array): number[] => Array.from(rows, (row) => frame.rowIds[row]);
  const outer = makeFolds(stratified(outerFolds), spec.seed, { count: frame.rows, target, task });
  return outer.map(({ train: learned, test }) => {
    const labels = Float64Array.from(learned, (row) => target[row]);
    const inner = { count: learned.length, target: labels, task };
    const [{ train, test: validation }] = makeFolds(stratified(outerFolds - 1), spec.seed, inner);
    const of = (rows: Int32Array): number[] => ids(rows.map((row) => learned[row]));
    return { train: of(train), validation: of(validation), test: ids(test) };
  });
}

async function onFold(spec: PipelineSpec, set: TrainingSet, folder: string) {
  const { fitted, ...champion } = await trainChampion(spec, set);
  const { test } = set;
  const answered = await fitted.predict(test);
  const scores = metricsOf(taskOf(spec), test.target, answered);
  process.stderr.write(
    `champion ${champion.winner}: ${JSON.stringify(champion.validation)}, accuracy ${scores.accuracy?.toFixed(4)}, macro F1 ${scores.macroF1?.toFixed(4)}\n`,
  );
  const before = (await withHeads(fitted, {}).predict(test)).values;
  const { decisionWeights } = fitted.heads;
  fitted.dispose();
  const fold: OnFold = { ...champion, decisionWeights, test: scores, peer: await runPeer(spec, set, folder) };
  return { fold, target: test.target, before, after: answered.values, weighted: weighted(answered) };
}

/** Probabilities whose largest is the answer, so that folds with decision weights of their own can be pooled. */
function weighted({ values, outputs, decisionWeights }: Predictions): Float64Array {
  const scaled = values.map((value, at) => value * (decisionWeights?.[at % outputs] ?? 1));
  for (let start = 0; start < scaled.length; start += outputs) {
    const row = scaled.subarray(start, start + outputs);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, k) => {
      row[k] = value / total;
    });
  }
  return scaled;
}

const pool = (parts: Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]));

function peersOf(folds: OnFold[]): Result['peers'] {
  const mean = (all: PeerScores[]): PeerScores => {
    const of = (name: keyof PeerScores) => all.reduce((sum, scores) => sum + scores[name], 0) / all.length;
    return { accuracy: of('accuracy'), macroF1: of('macroF1'), logLoss: of('logLoss') };
  };
  const kinds = folds[0].peer.candidates.map(({ name }) => name);
  const of = (name: string) =>
    folds.flatMap(({ peer }) => peer.candidates.filter((one) => one.name === name));
  return Object.fromEntries(
    kinds.map((name) => [
      name,
      {
        test: mean(of(name).map(({ test }) => test)),
        testCalibrated: mean(of(name).map(({ testCalibrated }) => testCalibrated)),
      },
    ]),
  );
}

/** See above. Takes some ten minutes on two cores. */
export async function measureShoppers(spec: PipelineSpec, folder: string): Promise<Measured> {
  const dataDir = environment().RELEVO_DATA;
  const { name } = await chooseSource(spec, option('source'), { RELEVO_DATA: dataDir });
  const { frame, source, synthetic } = await cleanDataset(spec, name, { dataDir, folder });
  const tried: Awaited<ReturnType<typeof onFold>>[] = [];
  for (const split of splitsOf(spec, frame))
    tried.push(await onFold(spec, await prepareTrainingSet(spec, frame, split), folder));
  const task = taskOf(spec);
  const outputs = classesOf(spec).length;
  const target = pool(tried.map((one) => one.target));
  const [before, after, answers] = (['before', 'after', 'weighted'] as const).map((kind) => ({
    values: pool(tried.map((one) => one[kind])),
    outputs,
  }));
  const drawn = await evaluationReport(task, classesOf(spec), target, answers);
  if (drawn.kind !== 'classification') throw new TypeError(`a ${drawn.kind} has no kinds of traffic`);
  const { roc, precisionRecall, reliability, ...evaluation } = drawn;
  const draws = { seed: spec.seed, resamples: spec.promotion.resamples };
  const test = await bootstrapMetrics(task, target, answers, draws);
  const folds = tried.map(({ fold }) => fold);
  const ahead = (metric: keyof typeof mark): boolean => (test[metric]?.value ?? 0) > mark[metric];
  const result: Result = {
    pipeline: spec.name,
    source,
    synthetic,
    rows: frame.rows,
    test,
    before: metricsOf(task, target, before),
    after: metricsOf(task, target, after),
    mark,
    ahead: { accuracy: ahead('accuracy'), macroF1: ahead('macroF1') },
    evaluation,
    folds,
    peers: peersOf(folds),
    machine: machine(),
  };
  return { result, text: table(result) };
}

const cell = (value: number | undefined, width = 10, places = 4): string =>
  (value === undefined ? '–' : value.toFixed(places)).padStart(width);
const shown = ['accuracy', 'macroF1', 'logLoss', 'brier', 'ece'] as const;
const line = (label: string, values: MetricValues): string =>
  label.padEnd(60) + shown.map((name) => cell(values[name])).join('');

function table(result: Result): string {
  const { test, evaluation, folds } = result;
  const points = { accuracy: test.accuracy?.value, macroF1: test.macroF1?.value };
  const intervals = (['accuracy', 'macroF1'] as const).map(
    (name) => `${name} ${cell(test[name]?.low, 0)}–${cell(test[name]?.high, 0)}`,
  );
  return [
    `${result.pipeline}: ${result.source}${result.synthetic ? ', synthetic' : ''}; ${result.rows} rows, each tested once in ${outerFolds} folds of 60/20/20`,
    `${`champions ${folds.map(({ winner }) => winner).join(', ')}`.padEnd(60)}${shown.map((name) => name.padStart(10)).join('')}`,
    line('before calibration', result.before),
    line(
      `after calibration (${folds.map(({ heads }) => heads.calibration?.method).join(', ')})`,
      result.after,
    ),
    line('as it answers, by what mistakes cost', points),
    `95 % intervals: ${intervals.join(', ')}`,
    line('LightGBM, 5-fold, the mark to beat', mark),
    ...Object.entries(result.peers).map(([name, { test }]) => line(`Python ${name}`, { ...test })),
    ...Object.entries(result.peers).map(([name, { testCalibrated }]) =>
      line(`Python ${name}, calibrated`, { ...testCalibrated }),
    ),
    '',
    `${'kind'.padEnd(12)} precision    recall        F1   support`,
    ...evaluation.perClass.map(
      ({ class: name, precision, recall, f1, support }) =>
        name.padEnd(12) + cell(precision) + cell(recall) + cell(f1) + cell(support, 10, 0),
    ),
  ].join('\n');
}
