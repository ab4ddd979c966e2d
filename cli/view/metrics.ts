import { asGoodAsBest } from '../../contracts/choice.ts';
import {
  asLoss,
  classificationMetricNames,
  type MetricName,
  type Metrics,
  regressionMetricNames,
} from '../../contracts/metrics.ts';
import type { CandidateResult } from '../../contracts/runs.ts';
import type { Terminal } from '../terminal.ts';
import { formatNumber } from './format.ts';

/** R² of a good model differs from 1 far behind the point only. */
const sixPlaces = (value: number): string => value.toFixed(6);
const fourPlaces = (value: number): string => value.toFixed(4);
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** Short names that are the same in every language, and how many places tell something. */
const shown: Record<MetricName, { title: string; format(value: number): string; unit?: string }> = {
  rmse: { title: 'RMSE', format: formatNumber, unit: 'target' },
  mae: { title: 'MAE', format: formatNumber, unit: 'target' },
  r2: { title: 'R²', format: sixPlaces },
  cv: { title: 'CV', format: formatNumber, unit: '%' },
  coverage: { title: 'coverage', format: percent },
  intervalWidth: { title: 'width', format: formatNumber, unit: 'target' },
  accuracy: { title: 'accuracy', format: fourPlaces },
  balancedAccuracy: { title: 'bal. accuracy', format: fourPlaces },
  macroF1: { title: 'macro F1', format: fourPlaces },
  weightedF1: { title: 'weighted F1', format: fourPlaces },
  macroPrecision: { title: 'precision', format: fourPlaces },
  macroRecall: { title: 'recall', format: fourPlaces },
  logLoss: { title: 'log-loss', format: fourPlaces, unit: 'nat' },
  brier: { title: 'Brier', format: fourPlaces },
  ece: { title: 'ECE', format: fourPlaces },
  rocAuc: { title: 'ROC AUC', format: fourPlaces },
};

/** What a table of candidates has room for, beside the metric that they are chosen by. */
const inTables: readonly MetricName[] = [
  'rmse',
  'mae',
  'cv',
  'coverage',
  'accuracy',
  'macroF1',
  'logLoss',
  'ece',
];

const shownValue = (metrics: Metrics, name: MetricName): string => {
  const estimate = metrics[name];
  return estimate === undefined ? '–' : shown[name].format(estimate.value);
};

/** `0.067 [0.061, 0.072]`; a dash where there is none. */
export function estimateOf(metrics: Metrics, name: MetricName): string {
  const estimate = metrics[name];
  if (estimate === undefined) return '–';
  const { format } = shown[name];
  return `${format(estimate.value)} [${format(estimate.low)}, ${format(estimate.high)}]`;
}

/** `RMSE`, `R²`, `macro F1`. */
export const metricTitle = (name: MetricName): string => shown[name].title;

/** The candidates of a training, the best by what they were chosen by first, the winner marked. */
export function showCandidates(
  terminal: Terminal,
  candidates: CandidateResult[],
  winner: string,
  metric: MetricName,
): void {
  const { texts } = terminal;
  const right = (title: string) => ({ title, align: 'right' as const });
  const others = inTables.filter(
    (name) => name !== metric && candidates.some(({ metrics }) => metrics[name] !== undefined),
  );
  terminal.table(
    [
      { title: '' },
      { title: texts.candidates.candidate },
      right(`${metricTitle(metric)} (${texts.candidates.validation})`),
      { title: `${metricTitle(metric)} [95 %]` },
      ...others.map((name) => right(metricTitle(name))),
      right(texts.candidates.trials),
    ],
    candidates
      .toSorted((a, b) => asLoss(metric, a.validationScore) - asLoss(metric, b.validationScore))
      .map(({ candidate, estimator, validationScore, metrics, trials }) => [
        candidate === winner ? '★' : '',
        candidate === estimator ? candidate : `${candidate} (${estimator})`,
        shown[metric].format(validationScore),
        estimateOf(metrics, metric),
        ...others.map((name) => shownValue(metrics, name)),
        String(trials),
      ]),
  );
  showTie(terminal, candidates, metric);
}

/** Why the winner need not be the first of the table. */
function showTie(terminal: Terminal, candidates: CandidateResult[], metric: MetricName): void {
  const equals = asGoodAsBest(metric, candidates);
  const [{ tie }] = equals;
  if (tie === undefined || equals.length < 2) return;
  const names = equals.map(({ candidate }) => candidate).join(', ');
  terminal.print(
    terminal.texts.candidates.tie({
      names,
      metric: metricTitle(metric),
      tieBreak: metricTitle(tie.metric),
    }),
  );
}

/** Test metrics with their intervals and units. */
export function showMetrics(terminal: Terminal, metrics: Metrics, unit: string): void {
  const { texts } = terminal;
  const names = [...regressionMetricNames, ...classificationMetricNames];
  terminal.table(
    [
      { title: texts.champion.metric },
      { title: texts.champion.estimate, align: 'right' },
      { title: texts.champion.interval },
      { title: texts.champion.unit },
    ],
    names.flatMap((name) => {
      const estimate = metrics[name];
      if (estimate === undefined) return [];
      const { title, format, unit: ofMetric = '' } = shown[name];
      const interval = `[${format(estimate.low)}, ${format(estimate.high)}]`;
      return [[title, format(estimate.value), interval, ofMetric === 'target' ? unit : ofMetric]];
    }),
  );
}
