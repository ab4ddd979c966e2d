import { open } from 'node:fs/promises';

/** Leads every staged row: its line in the source file, for people who look for it there. */
export const lineColumn = '_line';

/** The first line of a staged file, its end included. */
export const stagedHeader = (columns: string[], delimiter: string): Buffer => {
  const quoted = [lineColumn, ...columns].map((name) => `"${name.replaceAll('"', '""')}"`);
  return Buffer.from(`${quoted.join(delimiter)}\n`);
};

export interface StageWriter {
  /** Bytes taken so far. */
  bytes: number;
  /** Takes the names; comes before the first row. */
  header(columns: string[]): void;
  /** Takes one row; it reaches the file with the next flush. */
  row(line: number, source: Uint8Array, start: number, end: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Writes rows as they are, each behind its line number; memory is what lies between two flushes. */
export async function createStageWriter(path: string, delimiter: string): Promise<StageWriter> {
  const file = await open(path, 'w');
  let buffer = Buffer.allocUnsafe(512 * 1024);
  let used = 0;
  const reserve = (bytes: number): void => {
    if (used + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, used + bytes));
    buffer.copy(larger, 0, 0, used);
    buffer = larger;
  };
  const append = (lead: string, source: Uint8Array, start: number, end: number): void => {
    reserve(lead.length * 3 + end - start + 1);
    const before = used;
    used += buffer.write(lead, used);
    buffer.set(source.subarray(start, end), used);
    used += end - start;
    buffer[used++] = 0x0a;
    writer.bytes += used - before;
  };
  const writer: StageWriter = {
    bytes: 0,
    header(columns) {
      const line = stagedHeader(columns, delimiter);
      append('', line, 0, line.length - 1);
    },
    row: (line, source, start, end) => append(`${line}${delimiter}`, source, start, end),
    async flush() {
      if (used > 0) await file.write(buffer, 0, used);
      used = 0;
    },
    async close() {
      await writer.flush();
      await file.close();
    },
  };
  return writer;
}
