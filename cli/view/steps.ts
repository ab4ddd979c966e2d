import type { Terminal } from '../terminal.ts';
import { formatDuration } from './format.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
/** The frame of a moment, ten a second: spinners that are drawn together turn together. */
export const spinner = (nowMs: number): string => frames[Math.floor(nowMs / frameMs) % frames.length];

/** Calls `draw` ten times a second until the returned function is called; holds nothing open. */
export function animate(draw: () => void): () => void {
  draw();
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Pieces of work that are shown while they are done, some at the same time. */
export interface Steps {
  /**
   * Does one piece under a title: a spinner with what it says about itself where stderr is live, and in the end
   * one line with its duration. Elsewhere that line, and what it says at most every ten seconds.
   */
  run<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
}

const quietMs = 10_000;

/**
 * Steps on a terminal, whose redrawn lines they take over while one runs: one such object at a time. What a step throws
 * is thrown on.
 */
export function createSteps(terminal: Terminal): Steps {
  const { notes } = terminal;
  const active = new Set<{ title: string; detail: string }>();
  let stop = (): void => {};
  const draw = (): void =>
    terminal.show(
      [...active].map(
        ({ title, detail }) => ` ${notes.cyan(spinner(Date.now()))} ${title} ${notes.dim(detail)}`,
      ),
    );

  return {
    async run(title, work) {
      const startedAtMs = Date.now();
      const step = { title, detail: '' };
      let saidAtMs = startedAtMs;
      active.add(step);
      if (active.size === 1 && terminal.live) stop = animate(draw);
      const finish = (mark: string, rest: string): void => {
        active.delete(step);
        if (active.size === 0) stop();
        draw();
        terminal.note(` ${mark} ${title} ${notes.dim(rest)}`);
      };
      const took = (): string => formatDuration(Date.now() - startedAtMs);
      try {
        const result = await work((said) => {
          step.detail = said;
          if (terminal.live || Date.now() - saidAtMs < quietMs) return;
          saidAtMs = Date.now();
          terminal.note(`   ${title}: ${said}`);
        });
        finish(notes.green('✓'), [took(), step.detail].filter(Boolean).join('  '));
        return result;
      } catch (error) {
        finish(notes.red('✗'), took());
        throw error;
      }
    },
  };
}
