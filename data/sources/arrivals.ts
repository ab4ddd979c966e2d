import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import type { CsvSourceSpec, SourceBatch, SourceContext } from '../../contracts/source.ts';
import { type FileRead, readLedger, writeLedger } from './folder-ledger.ts';
import { headerHash } from './header.ts';
import { type ArrivedFile, isSameState, type WatchedPlace } from './place.ts';
import { stageCsv } from './stage.ts';
import { placeOf } from './watched.ts';
import { stagedHeader } from './writer.ts';

const nothingSha256 = createHash('sha256').digest('hex');

/**
 * Adds the rows of a watched place's whole files to what was staged of the source's location. Each file is read
 * once: one that has grown gives its new rows, one whose content was read under another name none.
 * One that cannot be read is warned of and left out until it is another; it keeps no other file from being read.
 * `known` is the watermark that this batch continues, `base` what the location gave beyond it, `synthetic` whether the
 * location's rows are generated.
 * @throws RelevoError as `stageCsv` does, naming the file, where there is nothing but what cannot be read.
 */
export async function withArrivals(
  { watch, delimiter }: CsvSourceSpec,
  base: SourceBatch | undefined,
  known: Watermark | undefined,
  context: SourceContext,
  { synthetic }: { synthetic: boolean },
): Promise<SourceBatch | undefined> {
  const before = known?.files;
  const kept = base && { ...base, next: { ...base.next, ...(before && { files: before }) } };
  if (watch === undefined) return kept;
  const place = placeOf(watch, context);
  const files = await place.wholeFiles(context.signal);
  const ledger = await readLedger(before, context);
  const news = files.filter((file) => {
    const read = ledger.get(file.name);
    return read === undefined || !isSameState(read, file);
  });
  if (news.length === 0) return kept;
  const reading = new Reading(place, delimiter, base?.next ?? known, ledger, context);
  for (const file of news) await reading.take(file);
  const joined = await reading.join(base, base?.next ?? known);
  if (!joined && !base && !known && reading.refused.length > 0) throw reading.refused[0];
  return joined ? { ...joined, synthetic } : kept;
}

interface StagedFile {
  path: string;
  bytes: number;
}

class Reading {
  private readonly place: WatchedPlace;
  private readonly delimiter: string;
  private readonly ledger: Map<string, FileRead>;
  private readonly context: SourceContext;
  private columns: string[] | undefined;
  private readonly staged: StagedFile[] = [];
  readonly refused: RelevoError[] = [];

  constructor(
    place: WatchedPlace,
    delimiter: string,
    known: Watermark | undefined,
    ledger: Map<string, FileRead>,
    context: SourceContext,
  ) {
    this.place = place;
    this.delimiter = delimiter;
    this.columns = known?.columns;
    this.ledger = ledger;
    this.context = context;
  }

  /** Stages one file; one that changes or goes away meanwhile waits for the next run. */
  async take(file: ArrivedFile): Promise<void> {
    const workDir = join(this.context.workDir, `arrival-${this.staged.length}`);
    await mkdir(workDir, { recursive: true });
    const { name } = file;
    const input = { name, location: name, delimiter: this.delimiter, synthetic: false };
    const context = { ...this.context, workDir };
    let read: { result: SourceBatch | undefined } | undefined;
    try {
      read = await this.place.read(file, context, (path) =>
        stageCsv({ ...input, path }, this.watermarkOf(name), context),
      );
    } catch (error) {
      this.refuse(error);
    }
    if (read) await this.enter(file, read.result);
  }

  /** What a later try may read is not left out: the run is tried again as a whole. */
  private refuse(error: unknown): void {
    if (!(error instanceof RelevoError) || error.code === 'CANCELLED' || error.retryable) throw error;
    this.refused.push(error);
    this.context.warn?.(`left out: ${error.message}`);
  }

  private async enter(file: ArrivedFile, batch: SourceBatch | undefined): Promise<void> {
    const { name, bytes, changedMs, etag } = file;
    const read = this.ledger.get(name);
    if (!batch) {
      if (read) this.ledger.set(name, { ...read, changedMs, etag });
      return;
    }
    const { rows, prefixSha256: sha256, columns } = batch.next;
    this.columns = columns;
    const same = read ? undefined : [...this.ledger.values()].find((other) => other.sha256 === sha256);
    const repeats = same?.name;
    this.ledger.set(name, { name, bytes, rows, sha256, changedMs, etag, repeats });
    const isEmpty = batch.bytes === stagedHeader(columns ?? [], this.delimiter).length;
    if (same || isEmpty) await rm(batch.path);
    else this.staged.push({ path: batch.path, bytes: batch.bytes });
  }

  /** Where reading of a file stopped; a new one must have the columns of those before. */
  private watermarkOf(name: string): Watermark | undefined {
    if (this.columns === undefined) return undefined;
    const { bytes, rows, sha256 } = this.ledger.get(name) ?? { bytes: 0, rows: 0, sha256: nothingSha256 };
    const header = { headerSha256: headerHash(this.columns), columns: this.columns };
    return { location: name, bytes, rows, prefixSha256: sha256, ...header };
  }

  /** One batch of the location's rows and, behind them, those of the files; undefined where the files gave none. */
  async join(
    base: SourceBatch | undefined,
    known: Watermark | undefined,
  ): Promise<Omit<SourceBatch, 'synthetic'> | undefined> {
    const { columns } = this;
    if (this.staged.length === 0 || columns === undefined) return undefined;
    const path = base?.path ?? join(this.context.workDir, 'arrived.csv');
    const header = stagedHeader(columns, this.delimiter);
    if (!base) await writeFile(path, header);
    let bytes = base?.bytes ?? header.length;
    for (const part of this.staged) {
      await pipeline(
        createReadStream(part.path, { start: header.length }),
        createWriteStream(path, { flags: 'a' }),
        { signal: this.context.signal },
      );
      bytes += part.bytes - header.length;
    }
    const filesRead = join(this.context.workDir, 'files-read.json');
    await writeLedger(filesRead, this.ledger);
    const own = { location: this.place.key, bytes: 0, rows: 0, prefixSha256: nothingSha256 };
    const next = known ?? { ...own, headerSha256: headerHash(columns), columns };
    return { path, bytes, next, filesRead };
  }
}
