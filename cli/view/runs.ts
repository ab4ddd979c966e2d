import type { Run } from '../client/schemas.ts';
import type { Terminal } from '../terminal.ts';
import { formatDuration, formatMoment } from './format.ts';

/** Runs as a table. @param now until when one that goes on has lasted, in milliseconds of the epoch. */
export function showRuns(terminal: Terminal, runs: Run[], now = Date.now()): void {
  const { texts, colors } = terminal;
  const { states } = texts.run;
  const painted: Record<string, (text: string) => string> = {
    [states.completed]: colors.green,
    [states.running]: colors.cyan,
    [states.cancelled]: colors.yellow,
  };
  const lasted = ({ startedAt, finishedAt }: Run): number =>
    (finishedAt ? Date.parse(finishedAt) : now) - Date.parse(startedAt);
  terminal.table(
    [
      { title: texts.run.id },
      { title: texts.run.state, style: (cell) => (painted[cell.trim()] ?? colors.red)(cell) },
      { title: texts.run.started },
      { title: texts.run.duration, align: 'right' },
      { title: texts.run.result },
    ],
    runs.map((run) => [
      run.id,
      states[run.state],
      formatMoment(run.startedAt),
      formatDuration(lasted(run)),
      outcomeOf(run),
    ]),
  );
}

/** The word that matters about a run: its error, its model or dataset version, or how far it is. */
function outcomeOf({ error, result, progress }: Run): string {
  if (error !== undefined) return error.code;
  if (progress !== undefined) return `${Math.floor(progress.fraction * 100)} % ${progress.phase}`;
  const fields = (result ?? {}) as Record<string, unknown>;
  const known = fields.modelVersion ?? fields.datasetVersion ?? fields.champion;
  return typeof known === 'string' ? known : '';
}
