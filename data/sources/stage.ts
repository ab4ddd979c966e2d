import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { RelevoError, showValue } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import type { SourceBatch, SourceContext } from '../../contracts/source.ts';
import { throwIfAborted } from '../duckdb.ts';
import { byteOrderMarkLength, checkHead, checkText } from './encoding.ts';
import { checkHeader, headerHash, readHeader } from './header.ts';
import { checkRow, truncated } from './rows.ts';
import { type ScannedRow, scanRow } from './scan.ts';
import { createStageWriter, type StageWriter } from './writer.ts';

const chunkBytes = 256 * 1024;
/** A record longer than this is taken for a quote that was never closed. */
const longestRowBytes = 1024 * 1024;

export interface StageInput {
  /** The local file to read. */
  path: string;
  /** What people call it in an error. */
  name: string;
  /** Key of the location in the watermark. */
  location: string;
  delimiter: string;
  synthetic: boolean;
}

/**
 * Copies the rows of a CSV file that come after `since` into the run's folder, checking encoding, header, quoting and
 * field counts byte by byte, in memory bounded by one row. Each staged row leads with its line number in the source.
 * @throws RelevoError SOURCE_SHRANK, SOURCE_CHANGED, SOURCE_HEADER_CHANGED, SOURCE_TRUNCATED, SOURCE_ROW_MALFORMED,
 * SOURCE_ENCODING_INVALID, each with file and line or byte; CANCELLED.
 */
export async function stageCsv(
  input: StageInput,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<SourceBatch | undefined> {
  const file = await open(input.path, 'r');
  try {
    const { size } = await file.stat();
    const known = since?.location === input.location ? since : undefined;
    if (known && size < known.bytes) throw shrank(input.name, size, known.bytes);
    return await new Staging(input, known, context, file, size).run();
  } finally {
    await file.close();
  }
}

class Staging {
  private readonly input: StageInput;
  private readonly known: Watermark | undefined;
  private readonly context: SourceContext;
  private readonly file: FileHandle;
  private readonly size: number;
  private readonly hash: Hash = createHash('sha256');
  private columns: string[] = [];
  private line = 1;
  private rows = 0;

  constructor(
    input: StageInput,
    known: Watermark | undefined,
    context: SourceContext,
    file: FileHandle,
    size: number,
  ) {
    this.input = input;
    this.known = known;
    this.context = context;
    this.file = file;
    this.size = size;
  }

  async run(): Promise<SourceBatch | undefined> {
    const path = join(this.context.workDir, 'batch.csv');
    const writer = await createStageWriter(path, this.input.delimiter);
    const knownBytes = this.known?.bytes ?? 0;
    let carry: Uint8Array = new Uint8Array(0);
    let offset = 0;
    try {
      for (let position = 0; position < this.size; ) {
        throwIfAborted(this.context.signal);
        const chunk = await this.read(position, position < knownBytes ? knownBytes : this.size);
        this.hash.update(chunk);
        position += chunk.length;
        if (position === knownBytes) this.checkPrefix();
        this.context.onProgress(position, this.size);
        const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
        const used = this.consume(bytes, offset, position === this.size, writer);
        await writer.flush();
        carry = bytes.subarray(used);
        offset += used;
        if (carry.length > longestRowBytes) throw this.tooLong(offset);
      }
      if (this.columns.length === 0) throw truncated(this.input.name, 1, 'it is empty', 'a header line');
      if (this.size === knownBytes) return undefined;
    } finally {
      await writer.close();
    }
    return { path, bytes: writer.bytes, next: this.watermark(), synthetic: this.input.synthetic };
  }

  private async read(position: number, until: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, until - position));
    const { bytesRead } = await this.file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw shrank(this.input.name, position, this.size);
    return buffer.subarray(0, bytesRead);
  }

  private checkPrefix(): void {
    if (!this.known || this.hash.copy().digest('hex') === this.known.prefixSha256) return;
    throw changed(
      this.input.name,
      this.known.bytes,
      'the part that was already read is not the same any more',
    );
  }

  /** Handles the whole records at the start of `bytes`; answers how many bytes they took. */
  private consume(bytes: Uint8Array, offset: number, last: boolean, writer: StageWriter): number {
    let at = 0;
    if (offset === 0) {
      checkHead(bytes.subarray(0, 4096), this.input.name);
      at = byteOrderMarkLength(bytes);
    }
    const delimiter = this.input.delimiter.charCodeAt(0);
    const first = at;
    const rows: { row: ScannedRow; line: number }[] = [];
    while (at < bytes.length) {
      const scanned = scanRow(bytes, at, delimiter);
      if ('unfinished' in scanned && !last) break;
      const row = 'row' in scanned ? scanned.row : scanned.unfinished.row;
      if ('unfinished' in scanned && scanned.unfinished.openQuote)
        throw truncated(this.input.name, this.line, 'it ends inside a quoted field', 'a closing quote');
      rows.push({ row, line: this.line });
      this.line += row.lineBreaks;
      at = row.next;
    }
    checkText(bytes.subarray(first, at), this.input.name, offset + first);
    for (const { row, line } of rows) this.take(bytes, row, line, offset, last, writer);
    return at;
  }

  private take(
    bytes: Uint8Array,
    row: ScannedRow,
    line: number,
    offset: number,
    last: boolean,
    writer: StageWriter,
  ): void {
    if (row.end === row.start) return;
    if (this.columns.length === 0) {
      checkRow(bytes, row, row.fields, { file: this.input.name, line, atEnd: false });
      this.columns = readHeader(bytes.subarray(row.start, row.end), this.input.delimiter, this.input.name);
      checkHeader(this.columns, this.known, this.input.name);
      writer.header(this.columns);
      return;
    }
    const atEnd = last && row.next === bytes.length && row.lineBreaks === 0;
    const knownBytes = this.known?.bytes ?? 0;
    const start = offset + row.start;
    if (start < knownBytes) {
      if (offset + row.end > knownBytes)
        throw changed(
          this.input.name,
          knownBytes,
          `the last row that was read (line ${line}) goes on after it`,
        );
      this.rows++;
      return;
    }
    checkRow(bytes, row, this.columns.length, { file: this.input.name, line, atEnd });
    this.rows++;
    writer.row(line, bytes, row.start, row.end);
  }

  private watermark(): Watermark {
    return {
      location: this.input.location,
      bytes: this.size,
      rows: this.rows,
      headerSha256: headerHash(this.columns),
      columns: this.columns,
      prefixSha256: this.hash.digest('hex'),
    };
  }

  private tooLong(offset: number): RelevoError {
    return new RelevoError(
      'SOURCE_ROW_MALFORMED',
      `${this.input.name}, line ${this.line}: a row of more than ${longestRowBytes} bytes`,
      {
        field: this.input.name,
        where: `line ${this.line}, byte ${offset}`,
        expected: `at most ${longestRowBytes} bytes`,
        remedy: 'Look for a quote that is opened and never closed.',
      },
    );
  }
}

const shrank = (name: string, size: number, known: number): RelevoError =>
  new RelevoError('SOURCE_SHRANK', `${name} has ${size} bytes, but ${known} of it were already read`, {
    field: name,
    value: size,
    expected: `at least ${known} bytes`,
    remedy: 'Restore the file, or give the new one another name and source.',
  });

const changed = (name: string, bytes: number, what: string): RelevoError =>
  new RelevoError('SOURCE_CHANGED', `${name}: ${what}`, {
    field: name,
    where: `the first ${bytes} bytes`,
    value: showValue(what),
    expected: 'a file that only grows at its end',
    remedy: 'Restore the file, or give the new one another name and source.',
  });
