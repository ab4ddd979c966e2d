import type { Metrics } from '../../contracts/metrics.ts';
import {
  type CandidateResult,
  type IngestResult,
  ingestResultSchema,
  type TrainResult,
  trainResultSchema,
} from '../../contracts/runs.ts';
import type { Run } from '../client/schemas.ts';
import type { Terminal } from '../terminal.ts';
import { formatNumber } from './format.ts';

const countOf = (value: number): string => value.toLocaleString('en-US');

/** What a completed run has to show, by what it is. */
export function showResult(terminal: Terminal, run: Pick<Run, 'kind' | 'result'>): void {
  const training = trainResultSchema.safeParse(run.result);
  if (training.success) showTraining(terminal, training.data);
  const ingest = ingestResultSchema.safeParse(run.result);
  if (ingest.success) showIngest(terminal, ingest.data);
}

function showIngest(terminal: Terminal, result: IngestResult): void {
  const { texts, colors } = terminal;
  const { rows } = result;
  terminal.print(texts.ingest.dataset(result.datasetVersion));
  if (result.synthetic) terminal.print(colors.yellow(texts.champion.synthetic));
  if (!result.changed) terminal.print(texts.ingest.unchanged);
  terminal.table(
    [
      { title: texts.ingest.rows },
      ...[
        texts.ingest.read,
        texts.ingest.added,
        texts.ingest.repaired,
        texts.ingest.quarantined,
        texts.ingest.total,
      ].map((title) => ({ title, align: 'right' as const })),
    ],
    [['', ...[rows.read, rows.added, rows.repaired, rows.quarantined, rows.total].map(countOf)]],
  );
  const rules = [
    ...new Set([...Object.keys(result.repairedByRule), ...Object.keys(result.quarantinedByRule)]),
  ].sort();
  if (rules.length > 0) {
    terminal.print();
    terminal.table(
      [
        { title: texts.ingest.rule },
        { title: texts.ingest.cells, align: 'right' },
        { title: texts.ingest.quarantined, align: 'right' },
      ],
      rules.map((rule) => [
        rule,
        countOf(result.repairedByRule[rule] ?? 0),
        countOf(result.quarantinedByRule[rule] ?? 0),
      ]),
    );
  }
  for (const warning of result.warnings) terminal.print(colors.yellow(`! ${warning}`));
}

function showTraining(terminal: Terminal, result: TrainResult): void {
  const { texts, colors } = terminal;
  terminal.print();
  showCandidates(terminal, result.candidates, result.winner);
  const { promotion } = result;
  if (promotion === undefined) return;
  const verdict = promotion.promoted
    ? colors.green(texts.models.promoted)
    : colors.yellow(texts.models.notPromoted);
  terminal.print();
  terminal.print(`${verdict}${result.modelVersion}: ${promotion.reason}`);
}

/** The candidates of a training by what they were chosen by, the winner marked. */
export function showCandidates(terminal: Terminal, candidates: CandidateResult[], winner: string): void {
  const { texts } = terminal;
  const right = (title: string) => ({ title, align: 'right' as const });
  terminal.table(
    [
      { title: '' },
      { title: texts.candidates.candidate },
      right(texts.candidates.validation),
      right('RMSE'),
      right('MAE'),
      right('R²'),
      right('CV %'),
      right(texts.candidates.trials),
    ],
    candidates
      .toSorted((a, b) => a.validationScore - b.validationScore)
      .map(({ candidate, estimator, validationScore, metrics, trials }) => [
        candidate === winner ? '★' : '',
        candidate === estimator ? candidate : `${candidate} (${estimator})`,
        formatNumber(validationScore),
        ...(['rmse', 'mae', 'r2', 'cv'] as const).map((name) => shownMetric(metrics, name)),
        String(trials),
      ]),
  );
}

const shownMetric = (metrics: Metrics, name: keyof Metrics): string => {
  const estimate = metrics[name];
  return estimate === undefined ? '–' : metricFormats[name](estimate.value);
};

/** R² of a good model differs from 1 far behind the point only. */
const metricFormats = {
  rmse: formatNumber,
  mae: formatNumber,
  r2: (value: number): string => value.toFixed(6),
  cv: formatNumber,
};

const metricTitles = { rmse: 'RMSE', mae: 'MAE', r2: 'R²', cv: 'CV' } as const;

/** Test metrics with their intervals and units. */
export function showMetrics(terminal: Terminal, metrics: Metrics, unit: string): void {
  const { texts } = terminal;
  const units = { rmse: unit, mae: unit, r2: '', cv: '%' };
  terminal.table(
    [
      { title: texts.champion.metric },
      { title: texts.champion.estimate, align: 'right' },
      { title: texts.champion.interval },
      { title: texts.champion.unit },
    ],
    (['rmse', 'mae', 'r2', 'cv'] as const).flatMap((name) => {
      const estimate = metrics[name];
      if (estimate === undefined) return [];
      const shown = metricFormats[name];
      const interval = `[${shown(estimate.low)}, ${shown(estimate.high)}]`;
      return [[metricTitles[name], shown(estimate.value), interval, units[name]]];
    }),
  );
}
