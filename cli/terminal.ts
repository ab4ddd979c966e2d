import pc from 'picocolors';
import type { Texts } from './texts/index.ts';
import { createLiveBlock } from './view/live.ts';
import { type TableColumn, tableLines } from './view/table.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes: results to stdout, everything that is said about them to stderr. */
export interface Terminal {
  texts: Texts;
  /** Whether stdout is for a machine: JSON, one document a line, and nothing else. */
  json: boolean;
  verbose: boolean;
  /** Colours for stdout and for stderr; they do nothing where colour is not wanted. */
  colors: Colors;
  notes: Colors;
  /** Whether stderr can redraw lines; where not, progress is a line for each change. */
  live: boolean;
  /** Lines that are redrawn in place below everything else; none where stderr is not live. */
  show(lines: string[]): void;
  /** A line of the result. */
  print(line?: string): void;
  /** A line about what happens. */
  note(line?: string): void;
  /** The machine's form of the result, one line each; nothing without `--json`. */
  printJson(value: unknown): void;
  table(columns: TableColumn[], rows: string[][]): void;
}

export interface TerminalOptions {
  texts: Texts;
  json: boolean;
  verbose: boolean;
  variables?: Record<string, string | undefined>;
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
}

/** NO_COLOR (no-color.org), FORCE_COLOR, TERM=dumb, then whether the stream is a terminal. */
function wantsColor(stream: NodeJS.WriteStream, variables: Record<string, string | undefined>): boolean {
  if (variables.NO_COLOR) return false;
  if (variables.FORCE_COLOR) return variables.FORCE_COLOR !== '0';
  return stream.isTTY === true && variables.TERM !== 'dumb';
}

/** A reader that went away (`relevo runs | head`) is no error: the rest has nobody to go to. */
function endQuietlyOnBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

/**
 * A terminal on the streams of the process, one for each process: it ends the process when their reader has gone away.
 * With `json`, stdout has what `printJson` gives and nothing else.
 */
export function createTerminal(options: TerminalOptions): Terminal {
  const { texts, json, verbose, variables = process.env } = options;
  const stdout = options.stdout ?? process.stdout;
  const stderr = options.stderr ?? process.stderr;
  for (const stream of [stdout, stderr]) endQuietlyOnBrokenPipe(stream);
  const colors = pc.createColors(wantsColor(stdout, variables));
  const live = stderr.isTTY === true && variables.TERM !== 'dumb';
  const block = createLiveBlock(stderr);
  const write = (stream: NodeJS.WriteStream, line: string): void =>
    block.above(() => void stream.write(`${line}\n`));
  const print = (line = ''): void => write(stdout, line);
  return {
    texts,
    json,
    verbose,
    colors,
    notes: pc.createColors(wantsColor(stderr, variables)),
    live,
    show: live ? block.show : () => {},
    print: json ? () => {} : print,
    note: (line = '') => write(stderr, line),
    printJson: json ? (value) => print(JSON.stringify(value)) : () => {},
    table(columns, rows) {
      if (json) return;
      const width = stdout.isTTY ? stdout.columns : undefined;
      for (const line of tableLines(columns, rows, { width, styleTitle: colors.dim })) print(line);
    },
  };
}
