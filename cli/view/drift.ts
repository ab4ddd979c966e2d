import type { ColumnDrift, DriftReport } from '../../contracts/drift.ts';
import type { Terminal } from '../terminal.ts';

type Language = keyof DriftReport['advice']['why'];

const figure = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return '';
  return value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));
};
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const rowsOf = (value: number): string => value.toLocaleString('en-US');

/** What a check found, in words: the verdict, what moved and since when, streams, performance, data quality, advice. */
export function showDriftReport(terminal: Terminal, report: DriftReport, language: Language): void {
  const { colors, texts } = terminal;
  const { check } = texts;
  const { verdict, kind, shape, rows, currentRows } = report;
  const words = [check.verdicts[verdict], kind && check.kinds[kind], shape && check.shapes[shape]];
  const mark = verdict === 'drift' ? colors.yellow : verdict === 'no_drift' ? colors.green : colors.dim;
  terminal.print(mark(words.filter((word) => word !== undefined).join(', ')));
  terminal.print(check.compared(rowsOf(rows.current), rowsOf(rows.reference), report.modelVersion));
  if (currentRows) terminal.print(check.between(currentRows.from, currentRows.to, report.datasetVersion));
  if (rows.sampled) terminal.print(check.sampled);
  showColumns(terminal, report.columns);
  for (const column of report.columns.filter((one) => one.verdict === 'drift'))
    showMoved(terminal, column, language);
  showStreams(terminal, report);
  showPerformance(terminal, report);
  for (const { check: name, column, message } of report.quality)
    terminal.print(colors.yellow(`! ${name}${column === undefined ? '' : ` ${column}`}: ${message}`));
  const { mode, why } = report.advice;
  terminal.print();
  terminal.print(`${check.adviceIs(mode)} ${why[language]}`);
}

function showColumns(terminal: Terminal, columns: ColumnDrift[]): void {
  if (columns.length === 0) return;
  const { check } = terminal.texts;
  terminal.print();
  terminal.table(
    [
      { title: check.column },
      { title: check.role },
      { title: check.test },
      { title: check.adjusted, align: 'right' },
      { title: check.effect, align: 'right' },
      { title: check.gates },
      { title: check.verdict },
    ],
    columns.map(({ column, role, test, adjustedPValue, effect, gates, verdict }) => [
      column,
      check.roles[role],
      test,
      figure(adjustedPValue),
      effect ? `${figure(effect.value)} [${figure(effect.low)}]` : '',
      [gates.significance, gates.magnitude, gates.persistence].map((passed) => (passed ? '✓' : '·')).join(''),
      verdict === 'drift' ? terminal.colors.yellow(check.verdicts.drift) : check.verdicts[verdict],
    ]),
  );
}

function showMoved(terminal: Terminal, moved: ColumnDrift, language: Language): void {
  const { check } = terminal.texts;
  const { column, why, sinceRowId, newCategories = [], vanishedCategories = [] } = moved;
  const since = sinceRowId === undefined ? '' : ` ${check.since(sinceRowId)}`;
  terminal.print();
  terminal.print(`${terminal.colors.bold(column)}: ${why[language]}${since}`);
  if (newCategories.length > 0) terminal.print(check.newCategories(newCategories.join(', ')));
  if (vanishedCategories.length > 0) terminal.print(check.vanishedCategories(vanishedCategories.join(', ')));
}

function showStreams(terminal: Terminal, { streams }: DriftReport): void {
  if (streams.length === 0) return;
  const { check } = terminal.texts;
  terminal.print();
  for (const { detector, rows, alarms } of streams)
    terminal.print(
      alarms.length === 0
        ? check.quiet(detector, rowsOf(rows))
        : check.alarmed(detector, rowsOf(rows), alarms.length, alarms[alarms.length - 1]),
    );
}

function showPerformance(terminal: Terminal, { performance, attribution }: DriftReport): void {
  const { check } = terminal.texts;
  if (performance) {
    const { metric, reference, current, estimated, labelled, coverage } = performance;
    terminal.print();
    terminal.print(check.performance(metric, figure(current) || '–', figure(reference) || '–'));
    if (coverage && coverage.current !== null)
      terminal.print(
        check.coverage(
          percent(coverage.current),
          percent(coverage.promised),
          check.verdicts[coverage.verdict],
        ),
      );
    if (labelled < 1) terminal.print(check.labelled(percent(labelled)));
    if (estimated)
      terminal.print(check.estimated(figure(estimated.value), figure(estimated.low), figure(estimated.high)));
  }
  const shares = attribution.map(({ column, share }) => `${column} ${percent(share)}`);
  if (shares.length > 0) terminal.print(check.attribution(shares.join(', ')));
}
