import type { Followed, PendingActivity } from '../client/schemas.ts';
import type { Terminal } from '../terminal.ts';
import { createEta } from './eta.ts';
import { formatDuration } from './format.ts';
import { animate, spinner } from './steps.ts';
import { widthOf } from './width.ts';

/** Shows a run while it goes: bars that redraw on a terminal, a line for each change elsewhere. */
export interface RunView {
  update(run: Followed): void;
  /** Removes what is redrawn. */
  close(): void;
}

const barWidth = 24;
const bar = (fraction: number, width = barWidth): string => {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
};

/** A view that redraws itself until it is closed; where stderr is no terminal, lines without the title. */
export function openRunView(terminal: Terminal, title: string): RunView {
  return terminal.live ? liveView(terminal, title) : lineView(terminal);
}

type Steps = NonNullable<Followed['progress']>['steps'];

function liveView(terminal: Terminal, title: string): RunView {
  const { texts, notes } = terminal;
  const eta = createEta();
  const startedAtMs = Date.now();
  let current: Followed | undefined;
  let leftMs: number | undefined;
  let leftAtMs = startedAtMs;

  const headline = (nowMs: number): string => {
    const fraction = current?.progress?.fraction ?? 0;
    const left = leftMs === undefined ? undefined : Math.max(0, leftMs - (nowMs - leftAtMs));
    const parts = [
      `${bar(fraction)} ${String(Math.floor(fraction * 100)).padStart(3)} %`,
      formatDuration(nowMs - startedAtMs),
      left === undefined ? '' : texts.progress.left(formatDuration(left)),
    ];
    return ` ${notes.bold(title)}  ${notes.cyan(parts[0])}  ${notes.dim(parts.slice(1).filter(Boolean).join('  '))}`;
  };

  const stepLines = (steps: Steps, nowMs: number): string[] => {
    const width = Math.max(0, ...steps.map(({ name }) => widthOf(name)));
    const marks = {
      waiting: notes.dim('·'),
      running: notes.cyan(spinner(nowMs)),
      done: notes.green('✓'),
      skipped: notes.dim('–'),
      failed: notes.red('✗'),
    };
    return steps.map(({ name, state, detail = '' }) => {
      const padded = name + ' '.repeat(width - widthOf(name));
      return `   ${marks[state]} ${state === 'waiting' ? notes.dim(padded) : padded}  ${notes.dim(detail)}`;
    });
  };

  const activityLine = ({ activity, attempt, progress, lastFailure }: PendingActivity): string => {
    const again = attempt > 1 ? notes.yellow(`#${attempt} ${lastFailure ?? ''}`) : '';
    if (progress?.total === undefined || progress.total <= 0) {
      return `     ${notes.dim(`${activity} ${progress?.phase ?? ''}`)} ${again}`;
    }
    const share = progress.done / progress.total;
    const count = `${progress.done}/${progress.total}`;
    return `     ${notes.cyan(bar(share, barWidth / 2))} ${notes.dim(`${activity} ${progress.phase} ${count}`)} ${again}`;
  };

  const stop = animate(() => {
    const nowMs = Date.now();
    const lines = [headline(nowMs)];
    if (current?.progress) lines.push(...stepLines(current.progress.steps, nowMs));
    lines.push(
      ...(current?.activities ?? [])
        .filter(({ progress, attempt }) => progress || attempt > 1)
        .map(activityLine),
    );
    terminal.show(lines);
  });
  return {
    update(run) {
      current = run;
      leftAtMs = Date.now();
      leftMs = eta.update(run.progress?.fraction ?? 0, leftAtMs);
    },
    close() {
      stop();
      terminal.show([]);
    },
  };
}

function lineView(terminal: Terminal): RunView {
  const { texts } = terminal;
  const startedAtMs = Date.now();
  const known = new Map<string, string>();
  let phase = '';
  return {
    update({ progress }) {
      const at = formatDuration(Date.now() - startedAtMs).padStart(9);
      if (progress === undefined) return;
      if (progress.steps.length === 0 && progress.phase !== phase) terminal.note(`${at}  ${progress.phase}`);
      phase = progress.phase;
      for (const { name, state, detail } of progress.steps) {
        if (known.get(name) === state || state === 'waiting') continue;
        known.set(name, state);
        terminal.note(`${at}  ${name}: ${texts.progress[state]}${detail ? ` (${detail})` : ''}`);
      }
    },
    close() {},
  };
}
