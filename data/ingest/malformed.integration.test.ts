import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { sources } from '../sources/index.ts';
import { meter, meterHeader, meterRows } from './fixture.ts';
import { validateBatch } from './validate.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-malformed-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const whole = Buffer.from(`${[meterHeader, ...meterRows(40)].join('\n')}\n`);
const generator = xoroshiro128plus(20260302);
const below = (n: number) => uniformInt(generator, 0, n - 1);
const splice = (bytes: Buffer, at: number, removed: number, put: Uint8Array | string) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + removed)]);

/** Ways in which a file goes wrong; each is tried at several places. */
const spoilers: Record<string, (bytes: Buffer) => Buffer> = {
  'a byte is another one': (bytes) => splice(bytes, below(bytes.length), 1, Uint8Array.of(below(256))),
  'bytes are lost': (bytes) => splice(bytes, below(bytes.length), 1 + below(90), ''),
  'the end is lost': (bytes) => bytes.subarray(0, below(bytes.length)),
  'a quote comes in': (bytes) => splice(bytes, below(bytes.length), 0, '"'),
  'a delimiter comes in': (bytes) => splice(bytes, below(bytes.length), 0, ','),
  'a line break comes in': (bytes) => splice(bytes, below(bytes.length), 0, '\n'),
  'a carriage return comes in': (bytes) => splice(bytes, below(bytes.length), 0, '\r'),
  'a NUL comes in': (bytes) => splice(bytes, below(bytes.length), 0, Uint8Array.of(0)),
  'half of a character comes in': (bytes) => splice(bytes, below(bytes.length), 0, Uint8Array.of(0xc3)),
  'a cell is SQL': (bytes) => splice(bytes, bytes.indexOf('230.0', below(1200)), 5, "'; DROP TABLE raw; --"),
  'a cell is a huge number': (bytes) => splice(bytes, bytes.indexOf('230.0', below(1200)), 5, '1e308'),
  'a cell is no number': (bytes) => splice(bytes, bytes.indexOf('230.0', below(1200)), 5, 'NaN'),
  'a cell is infinite': (bytes) => splice(bytes, bytes.indexOf('230.0', below(1200)), 5, '-inf'),
  'a cell is very long': (bytes) => splice(bytes, bytes.indexOf('230.0', below(1200)), 5, '7'.repeat(40_000)),
  'it is UTF-16': (bytes) => Buffer.from(bytes.toString(), below(2) === 0 ? 'utf16le' : 'ucs2'),
  'it is noise': () => Buffer.from(Array.from({ length: 500 }, () => below(256))),
  'the delimiter is another one': (bytes) => Buffer.from(bytes.toString().replaceAll(',', ';')),
  'the header is lost': (bytes) => bytes.subarray(bytes.indexOf('\n') + 1),
  'only the header is left': (bytes) => bytes.subarray(0, bytes.indexOf('\n') + 1),
  'nothing is left': () => Buffer.alloc(0),
};
const repeats = 5;

const cases = Object.entries(spoilers).flatMap(([name, spoil]) =>
  Array.from({ length: repeats }, (_, k) => ({ name, k, bytes: spoil(whole) })),
);

async function ingest(bytes: Buffer, folder: string) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'meter.csv'), bytes);
  const spec = meter();
  const context = {
    dataDir: folder,
    workDir: join(folder, 'work'),
    signal: AbortSignal.timeout(15_000),
    onProgress() {},
  };
  const batch = await sources.csv.stage(spec.sources.file, undefined, context);
  if (!batch) throw new Error('nothing was staged');
  const input = { spec, source: spec.sources.file, csvPath: batch.path, knownParts: [], firstRowId: 0 };
  return { batch, result: await validateBatch({ ...input, ...context, memoryLimitMb: 128 }) };
}

it.each(cases)(
  '$name ($k): a typed failure, or every row added or quarantined',
  async ({ name, k, bytes }) => {
    const outcome = await ingest(bytes, join(root, `${name}-${k}`)).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome, outcome.stack).toBeInstanceOf(RelevoError);
      expect((outcome as RelevoError).code).toMatch(/^SOURCE_/);
      expect((outcome as RelevoError).details.where ?? (outcome as RelevoError).details.field).toBeTruthy();
      return;
    }
    const { batch, result } = outcome as Awaited<ReturnType<typeof ingest>>;
    expect(result.rowsRead).toBe(batch.next.rows);
    expect(result.rowsAdded + result.rowsQuarantined).toBe(result.rowsRead);
    expect((await readFile(batch.path)).length).toBe(batch.bytes);
  },
);
