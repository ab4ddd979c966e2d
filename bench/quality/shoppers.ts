/**
 * The kind of traffic that brought a session to a shop: the champion on the test rows of the pipeline's split, what
 * calibration does there, and Python's models on the same features and rows.
 */
import { environment } from '../../contracts/env.ts';
import { type Metrics, metricNames } from '../../contracts/metrics.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import { chooseSource } from '../../data/sources/index.ts';
import type { MetricValues } from '../../models/evaluation/comparison.ts';
import { bootstrapMetrics, metricsOf } from '../../models/evaluation/judge.ts';
import { type EvaluationReport, evaluationReport } from '../../models/evaluation/report.ts';
import { makeSplit } from '../../models/evaluation/split.ts';
import { withHeads } from '../../models/training/fit.ts';
import { prepareTrainingSet } from '../../models/training/prepare.ts';
import { taskOf } from '../../models/training/task.ts';
import { machine, option } from '../lib/report.ts';
import { type Champion, trainChampion } from './champion.ts';
import { cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';
import { type PeerResult, runPeer } from './shoppers/peer.ts';

/** LightGBM with its defaults, 5-fold, on the same six groups. */
const published = { accuracy: 0.422, macroF1: 0.352 };

type Classes = Extract<EvaluationReport, { kind: 'classification' }>;
interface Result extends Pick<Champion, 'winner' | 'params' | 'validation' | 'heads'> {
  pipeline: string;
  source: string;
  synthetic: boolean;
  rows: { train: number; validation: number; test: number };
  /** On the test rows, as the champion answers, with 95 % intervals. */
  test: Metrics;
  /** The most probable class before and after calibration, without the tuned decision. */
  before: MetricValues;
  after: MetricValues;
  decisionWeights: number[] | undefined;
  published: typeof published;
  ahead: { accuracy: boolean; macroF1: boolean };
  evaluation: Omit<Classes, 'roc' | 'precisionRecall'>;
  peer: PeerResult;
  machine: ReturnType<typeof machine>;
}

/** See above. Takes some three minutes on two cores. */
export async function measureShoppers(spec: PipelineSpec, folder: string): Promise<Measured> {
  const dataDir = environment().RELEVO_DATA;
  const { name } = await chooseSource(spec, option('source'), { RELEVO_DATA: dataDir });
  const { frame, source, synthetic } = await cleanDataset(spec, name, { dataDir, folder });
  const split = await makeSplit(spec.split, spec.seed, frame);
  const set = await prepareTrainingSet(spec, frame, split);
  const { test } = set;
  const task = taskOf(spec);
  const { fitted, ...champion } = await trainChampion(spec, set);
  process.stderr.write(`champion ${champion.winner}: ${JSON.stringify(champion.validation)}\n`);
  const answered = await fitted.predict(test);
  const drawn = await evaluationReport(task, classesOf(spec), test.target, answered);
  if (drawn.kind !== 'classification') throw new TypeError(`a ${drawn.kind} has no kinds of traffic`);
  const { roc, precisionRecall, ...evaluation } = drawn;
  const draws = { seed: spec.seed, resamples: spec.promotion.resamples };
  const metrics = await bootstrapMetrics(task, test.target, answered, draws);
  const ahead = (metric: keyof typeof published): boolean =>
    (metrics[metric]?.value ?? 0) > published[metric];
  const result: Result = {
    pipeline: spec.name,
    source,
    synthetic,
    rows: { train: split.train.length, validation: split.validation.length, test: split.test.length },
    ...champion,
    test: metrics,
    before: metricsOf(task, test.target, await withHeads(fitted, {}).predict(test)),
    after: metricsOf(task, test.target, { ...answered, decisionWeights: undefined }),
    decisionWeights: fitted.heads.decisionWeights,
    published,
    ahead: { accuracy: ahead('accuracy'), macroF1: ahead('macroF1') },
    evaluation,
    peer: await runPeer(spec, set, folder),
    machine: machine(),
  };
  fitted.dispose();
  return { result, text: table(result) };
}

const cell = (value: number | undefined, width = 10, places = 4): string =>
  (value === undefined ? '–' : value.toFixed(places)).padStart(width);
const shown = ['accuracy', 'macroF1', 'logLoss', 'brier', 'ece'] as const;
const line = (label: string, values: MetricValues): string =>
  label.padEnd(44) + shown.map((name) => cell(values[name])).join('');

function table(result: Result): string {
  const { test, evaluation, peer, heads } = result;
  const points = metricNames.map((name) => [name, test[name]?.value]);
  const intervals = (['accuracy', 'macroF1', 'logLoss'] as const).map(
    (name) => `${name} ${cell(test[name]?.low, 0)}–${cell(test[name]?.high, 0)}`,
  );
  return [
    `${result.pipeline}: ${result.source}${result.synthetic ? ', synthetic' : ''}; ${Object.values(result.rows).join(' / ')} rows`,
    `${`champion ${result.winner}, test rows`.padEnd(44)}${shown.map((name) => name.padStart(10)).join('')}`,
    line('before calibration', result.before),
    line(`after calibration (${heads.calibration?.method})`, result.after),
    line('as it answers, by what mistakes cost', Object.fromEntries(points)),
    `95 % intervals: ${intervals.join(', ')}`,
    line('LightGBM defaults, 5-fold (published)', published),
    ...peer.candidates.map(({ name, test }) => line(`Python ${name}`, test)),
    ...peer.candidates.map(({ name, testCalibrated }) => line(`Python ${name}, calibrated`, testCalibrated)),
    '',
    `${'kind'.padEnd(12)} precision    recall        F1   support`,
    ...evaluation.perClass.map(
      ({ class: name, precision, recall, f1, support }) =>
        name.padEnd(12) + cell(precision) + cell(recall) + cell(f1) + cell(support, 10, 0),
    ),
  ].join('\n');
}
