import { type ErrorDetails, errorDocsUrl, isErrorCode, RelevoError, showValue } from '../contracts/errors.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What a failure looks like on the wire and in `--json`. */
export interface FailureReport {
  code: string;
  message: string;
  details: ErrorDetails;
  docs?: string;
}

const maxIssuesShown = 8;

/** Anything that was thrown as a report; what is no RelevoError is INTERNAL, with its message alone. */
export function reportOf(error: unknown): FailureReport {
  if (error instanceof RelevoError) {
    const { code, message, details } = error;
    return { code, message, details, docs: errorDocsUrl(code) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, details: {}, docs: errorDocsUrl('INTERNAL') };
}

function detailLines(details: ErrorDetails, terminal: Terminal): string[] {
  const { texts, notes } = terminal;
  const line = (name: string, value: string): string => `  ${notes.dim(name.padEnd(10))} ${value}`;
  return [
    details.where !== undefined && line(texts.failure.where, details.where),
    details.field !== undefined && line(texts.failure.field, details.field),
    'value' in details && details.value !== undefined && line(texts.failure.value, showValue(details.value)),
    details.expected !== undefined && line(texts.failure.expected, details.expected),
  ].filter((text) => text !== false);
}

/** Code, message, where and what, remedy and page; a stack only with `--verbose`. */
export function failureLines(report: FailureReport, terminal: Terminal): string[] {
  const { texts, notes } = terminal;
  const lines = [`${notes.red(notes.bold(report.code))} ${report.message}`];
  lines.push(...detailLines(report.details, terminal));
  const issues = report.details.issues ?? [];
  for (const issue of issues.slice(0, maxIssuesShown)) lines.push('', ...detailLines(issue, terminal));
  if (issues.length > maxIssuesShown) lines.push(`  ${texts.failure.more(issues.length - maxIssuesShown)}`);
  const { remedy } = report.details;
  if (remedy !== undefined) lines.push(`  ${notes.cyan('→')} ${remedy}`);
  if (report.docs !== undefined) lines.push(`  ${notes.dim(report.docs)}`);
  return lines;
}

/** Tells a person (stderr) and, with `--json`, a machine (stdout) what went wrong. */
export function showFailure(error: unknown, terminal: Terminal): ExitCode {
  const report = reportOf(error);
  for (const line of failureLines(report, terminal)) terminal.note(line);
  if (terminal.verbose && error instanceof Error && error.stack)
    terminal.note(terminal.notes.dim(error.stack));
  terminal.printJson({ error: report });
  return isErrorCode(report.code) ? exitCodeOf(report.code) : exitCodes.failed;
}
