const withoutWrap = '\x1b[?7l';
const withWrap = '\x1b[?7h';
const eraseBelow = '\x1b[0J';
const up = (lines: number): string => (lines > 0 ? `\x1b[${lines}A\r` : '\r');

/** A few lines at the bottom of a terminal that are drawn again in place. Long lines are clipped, not wrapped. */
export interface LiveBlock {
  /** Replaces the block's lines; none removes it. */
  show(lines: string[]): void;
  /** Writes ordinary text above the block. */
  above(write: () => void): void;
}

/**
 * A block for one stream, on which everything else is then written through `above`: it counts the lines that it drew.
 * Lines beyond the height of the terminal are left out.
 */
export function createLiveBlock(stream: NodeJS.WriteStream): LiveBlock {
  let shown: string[] = [];
  const draw = (lines: string[]): void => {
    const fitting = lines.slice(0, Math.max(1, (stream.rows ?? 24) - 1));
    const body = fitting.map((line) => `${line}\n`).join('');
    stream.write(`${up(shown.length)}${eraseBelow}${withoutWrap}${body}${withWrap}`);
    shown = fitting;
  };
  return {
    show(lines) {
      if (lines.length > 0 || shown.length > 0) draw(lines);
    },
    above(write) {
      const lines = shown;
      if (lines.length > 0) draw([]);
      write();
      if (lines.length > 0) draw(lines);
    },
  };
}
