import type { Terminal } from '../terminal.ts';
import { formatDuration } from './format.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
export const spinner = (nowMs: number): string => frames[Math.floor(nowMs / frameMs) % frames.length];

/** Calls `draw` ten times a second until the returned function is called; holds nothing open. */
export function animate(draw: () => void): () => void {
  draw();
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Does one piece of work under a title: a spinner with what it says about itself where stderr is live, and
 * in the end one line with its duration. Elsewhere only that line, and what it says at most every ten seconds.
 */
export async function step<T>(
  terminal: Terminal,
  title: string,
  work: (say: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const { notes } = terminal;
  const startedAtMs = Date.now();
  let detail = '';
  let saidAtMs = startedAtMs;
  const stop = terminal.live
    ? animate(() => terminal.show([` ${notes.cyan(spinner(Date.now()))} ${title} ${notes.dim(detail)}`]))
    : () => {};
  const finish = (mark: string, rest: string): void => {
    stop();
    terminal.show([]);
    terminal.note(` ${mark} ${title} ${notes.dim(rest)}`);
  };
  try {
    const result = await work((said) => {
      detail = said;
      if (terminal.live || Date.now() - saidAtMs < quietMs) return;
      saidAtMs = Date.now();
      terminal.note(`   ${title}: ${said}`);
    });
    finish(notes.green('✓'), [formatDuration(Date.now() - startedAtMs), detail].filter(Boolean).join('  '));
    return result;
  } catch (error) {
    finish(notes.red('✗'), formatDuration(Date.now() - startedAtMs));
    throw error;
  }
}

const quietMs = 10_000;
