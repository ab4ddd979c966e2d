import { contestResultSchema } from '../../contracts/contest.ts';
import type { Environment } from '../../contracts/env.ts';
import { type MonitorResult, monitorResultSchema } from '../../contracts/monitor.ts';
import { type RetrainResult, retrainResultSchema } from '../../contracts/retrain.ts';
import {
  type IngestResult,
  ingestResultSchema,
  type TrainResult,
  trainResultSchema,
} from '../../contracts/runs.ts';
import type { Run } from '../client/schemas.ts';
import type { Terminal } from '../terminal.ts';
import { showCandidates } from './metrics.ts';

const countOf = (value: number): string => value.toLocaleString('en-US');

/** What a completed run has to show, by what it is. */
export function showResult(
  terminal: Terminal,
  run: Pick<Run, 'kind' | 'result'>,
  language: Environment['RELEVO_LANG'],
): void {
  const training = trainResultSchema.safeParse(run.result);
  if (training.success) showTraining(terminal, training.data);
  const ingest = ingestResultSchema.safeParse(run.result);
  if (ingest.success) showIngest(terminal, ingest.data);
  const check = monitorResultSchema.safeParse(run.result);
  if (check.success) showCheck(terminal, check.data, language);
  const retrain = retrainResultSchema.safeParse(run.result);
  if (retrain.success) showRetrain(terminal, retrain.data);
  const contest = contestResultSchema.safeParse(run.result);
  if (contest.success) {
    terminal.print(`${terminal.texts.contest.ended(contest.data)}: ${contest.data.reason}`);
  }
}

function showCheck(
  terminal: Terminal,
  { verdict, summary, retrain }: MonitorResult,
  language: Environment['RELEVO_LANG'],
): void {
  const { check } = terminal.texts;
  const mark = verdict === 'drift' ? terminal.colors.yellow : terminal.colors.green;
  terminal.print(`${mark(check.verdicts[verdict])}: ${summary[language]}`);
  if (retrain !== undefined) terminal.print(check.asked(retrain));
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

function showRetrain(terminal: Terminal, { why, attempts }: RetrainResult): void {
  const { texts, colors } = terminal;
  terminal.print();
  terminal.print(attempts.length > 0 ? why : `${colors.yellow(texts.retrain.nothing)}${why}`);
  if (attempts.length === 0) return;
  terminal.table(
    [
      { title: texts.retrain.mode },
      { title: texts.models.version },
      { title: texts.retrain.outcome },
      { title: '' },
    ],
    attempts.map(({ mode, modelVersion = '', outcome, reason }) => [
      mode,
      modelVersion,
      texts.retrain.outcomes[outcome],
      reason,
    ]),
  );
}

function showTraining(terminal: Terminal, result: TrainResult): void {
  const { texts, colors } = terminal;
  terminal.print();
  showCandidates(terminal, result.candidates, result.winner, result.metric);
  const { promotion } = result;
  if (promotion === undefined) return;
  const verdict = promotion.promoted
    ? colors.green(texts.models.promoted)
    : colors.yellow(texts.models.notPromoted);
  terminal.print();
  terminal.print(`${verdict}${result.modelVersion}: ${promotion.reason}`);
}
