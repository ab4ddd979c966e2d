import type { EvaluationReport } from '../../../contracts/evaluation.ts';
import type { Estimate } from '../../../contracts/metrics.ts';
import type { MetricValues } from '../../../models/evaluation/comparison.ts';
import type { machine } from '../../lib/report.ts';
import type { Judged } from '../channel.ts';
import type { PeerResult } from './peer.ts';

type Classes = Extract<EvaluationReport, { kind: 'classification' }>;
type Areas = Record<string, number | null>;

export interface ChannelResult {
  pipeline: string;
  source: string;
  synthetic: boolean;
  rows: { clients: number; train: number; validation: number; test: number };
  metric: string;
  /** Of the generator's own probabilities on the test rows. */
  bestPossible: MetricValues;
  champion: string;
  aboveBestPossiblePercent: number;
  /** Of the champion's answers on the test rows; areas of one class against the rest. */
  evaluation: Omit<Classes, 'roc' | 'precisionRecall'> & { rocArea: Areas; precisionRecallArea: Areas };
  candidates: Judged[];
  peer: PeerResult;
  machine: ReturnType<typeof machine>;
}

const count = (rows: number): string => rows.toLocaleString('en-US');
const cell = (value: number | null | undefined, width = 10, places = 4): string =>
  (value === null || value === undefined ? '–' : value.toFixed(places)).padStart(width);
const names = ['logLoss', 'brier', 'ece', 'macroF1', 'accuracy', 'rocAuc'] as const;
const metricsLine = (label: string, values: MetricValues): string =>
  label.padEnd(38) + names.map((name) => cell(values[name])).join('');
const interval = (estimate: Estimate | undefined): string =>
  estimate === undefined
    ? '–'
    : `${estimate.value.toFixed(4)} (${estimate.low.toFixed(4)}–${estimate.high.toFixed(4)})`;
const points = (metrics: Judged['test']): MetricValues =>
  Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));

/** The result for people. */
export function channelTable(result: ChannelResult): string {
  const champion = result.candidates.find(({ candidate }) => candidate === result.champion);
  if (champion === undefined) throw new RangeError(`${result.champion} is no candidate`);
  const { clients, train, validation, test } = result.rows;
  return [
    `${result.pipeline}: ${result.source}${result.synthetic ? ', synthetic' : ''}; ${count(train)} train, ${count(validation)} validation, ${count(test)} test of ${count(clients)} clients`,
    '',
    `${`champion ${result.champion}, test rows`.padEnd(38)}${names.map((name) => name.padStart(10)).join('')}`,
    metricsLine('best possible (true probabilities)', result.bestPossible),
    metricsLine('before calibration', champion.before),
    metricsLine(`after calibration (${champion.heads.calibration?.method})`, champion.after),
    metricsLine('as it answers, by what mistakes cost', points(champion.test)),
    `log-loss ${result.aboveBestPossiblePercent.toFixed(2)} % above the best possible`,
    ...decisionLines(champion),
    '',
    ...classLines(result),
    '',
    ...selectionLines(champion),
    '',
    ...candidateLines(result),
    '',
    ...peerLines(result, champion),
  ].join('\n');
}

function decisionLines({ cost, decisionWeights }: Judged): string[] {
  const saved = 100 * (1 - cost.tuned / cost.mostProbable);
  const weights = decisionWeights?.map((weight) => weight.toFixed(3)).join(', ');
  return [
    `mean cost of a row: ${cost.tuned.toFixed(4)} by the tuned decision (weights ${weights}), ${cost.mostProbable.toFixed(4)} by the most probable class (${saved.toFixed(1)} % saved), ${cost.before.toFixed(4)} by it before calibration`,
  ];
}

function classLines({ evaluation, champion }: ChannelResult): string[] {
  const { classes, confusion, perClass, rocArea, precisionRecallArea } = evaluation;
  const head = ['precision', 'recall', 'F1', 'ROC area', 'PR area', 'rows'];
  return [
    `${`answers of ${champion}`.padEnd(20)}${head.map((name) => name.padStart(10)).join('')}  confusion: answered ${classes.join(', ')}`,
    ...perClass.map(
      ({ class: name, precision, recall, f1, support }, k) =>
        name.padEnd(20) +
        [precision, recall, f1, rocArea[name], precisionRecallArea[name]]
          .map((value) => cell(value))
          .join('') +
        count(support).padStart(10) +
        `  ${confusion[k].map((rows) => count(rows).padStart(8)).join('')}`,
    ),
  ];
}

function selectionLines({ selection }: Judged): string[] {
  return [
    `features: ${selection.kept.length} kept, ${selection.dropped.length} dropped`,
    ...selection.dropped.map(({ name, reason, with: twin, value }) => {
      const what =
        reason === 'collinear' ? 'variance inflation' : reason === 'correlated' ? 'correlation' : 'value';
      const bound = value >= 1e10 ? 'others determine it' : `${what} ${value.toFixed(2)}`;
      return `  ${name}: ${reason}${twin === undefined ? '' : ` with ${twin}`}, ${bound}`;
    }),
  ];
}

const candidateLines = ({ candidates, metric }: ChannelResult): string[] => [
  `${'candidate'.padEnd(14)}${`validation ${metric}`.padStart(20)}${'tie-break'.padStart(12)}${'  test macro F1 (most probable)'.padEnd(32)}${'  as it answers'.padEnd(28)}log-loss`,
  ...candidates.map(
    ({ candidate, validation, tie, after, test }) =>
      candidate.padEnd(14) +
      cell(validation, 20) +
      cell(tie?.score, 12) +
      `  ${cell(after.macroF1)}`.padEnd(32) +
      `  ${interval(test.macroF1)}`.padEnd(28) +
      interval(test.logLoss),
  ),
];

function peerLines({ peer, champion: name }: ChannelResult, champion: Judged): string[] {
  const { 'scikit-learn': sklearn, xgboost } = peer.versions;
  const line = (label: string, logLoss: number | undefined, macroF1: number | undefined): string =>
    label.padEnd(56) + cell(logLoss) + cell(macroF1);
  return [
    `${`peers: scikit-learn ${sklearn}, xgboost ${xgboost}`.padEnd(56)}${'logLoss'.padStart(10)}${'macroF1'.padStart(10)}  (most probable class)`,
    line(`Relevo, ${name}, calibrated`, champion.after.logLoss, champion.after.macroF1),
    ...peer.candidates.flatMap(({ name, weights, calibration, test, testCalibrated }) => [
      line(`${name}, weights ${weights}`, test.logLoss, test.macroF1),
      line(
        `${name}, weights ${weights}, calibrated (${calibration})`,
        testCalibrated.logLoss,
        testCalibrated.macroF1,
      ),
    ]),
  ];
}
