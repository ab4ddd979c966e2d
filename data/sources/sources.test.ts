import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import { type SourceSpec, sourceSpecSchema } from '../../contracts/source.ts';
import { steelEnergy } from '../../pipelines/steel-energy.ts';
import { canonicalCell, canonicalSha256 } from './canonical.ts';
import { chooseSource, sources } from './index.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-sources-'));
afterAll(() => rm(root, { recursive: true, force: true }));

let dataDir = '';
let count = 0;
beforeEach(async () => {
  dataDir = join(root, `data-${count++}`);
  await mkdir(dataDir);
});

const spec = (path = 'plant.csv'): SourceSpec =>
  sourceSpecSchema.parse({ kind: 'csv', locations: [{ kind: 'file', path }] });
const file = () => join(dataDir, 'plant.csv');
const stage = (since?: Watermark, source = spec(), signal = new AbortController().signal) =>
  sources.csv.stage(source, since, {
    dataDir,
    allowedNetworks: ['127.0.0.0/8'],
    workDir: join(dataDir, 'work'),
    signal,
    onProgress: () => undefined,
  });
async function staged(since?: Watermark): Promise<{ text: string; next: Watermark }> {
  const batch = await stage(since);
  if (!batch) throw new Error('nothing new');
  return { text: await readFile(batch.path, 'utf8'), next: batch.next };
}
async function failure(since?: Watermark, source = spec()): Promise<RelevoError> {
  const error = await stage(since, source).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof RelevoError) return error;
  throw new Error(`a RelevoError was expected, got ${error}`);
}

const header = 'at,volts\n';

describe('a growing file', () => {
  it('gives all rows first, with their lines, then only the new ones', async () => {
    await writeFile(file(), `${header}1,10\n2,20\n`);
    const first = await staged();
    expect(first.text).toBe('"_line","at","volts"\n2,1,10\n3,2,20\n');
    expect(first.next).toMatchObject({ bytes: 19, rows: 2, columns: ['at', 'volts'] });
    expect(await stage(first.next)).toBeUndefined();
    await appendFile(file(), '3,30\n');
    const second = await staged(first.next);
    expect(second.text).toBe('"_line","at","volts"\n4,3,30\n');
    expect(second.next.rows).toBe(3);
  });

  it('takes a last row without line end, and the rows that follow it later', async () => {
    await writeFile(file(), `${header}1,10`);
    const first = await staged();
    expect(first.text).toContain('2,1,10\n');
    await appendFile(file(), '\n2,20\n');
    expect((await staged(first.next)).text).toBe('"_line","at","volts"\n3,2,20\n');
  });

  it('sees that the last row read was not finished', async () => {
    await writeFile(file(), `${header}1,10`);
    const { next } = await staged();
    await appendFile(file(), '5\n2,20\n');
    expect((await failure(next)).code).toBe('SOURCE_CHANGED');
  });

  it('keeps quoted delimiters and line breaks, leaves out a byte order mark and blank lines, ends lines one way', async () => {
    await writeFile(file(), '\ufeffat,note\r\n\r\n1,"a, ""b""\nc"\r\n2,d\r\n');
    expect((await staged()).text).toBe('"_line","at","note"\n3,1,"a, ""b""\nc"\n5,2,d\n');
  });

  it('says that it shrank', async () => {
    await writeFile(file(), `${header}1,10\n2,20\n`);
    const { next } = await staged();
    await truncate(file(), 14);
    expect(await failure(next)).toMatchObject({ code: 'SOURCE_SHRANK', details: { value: 14 } });
  });

  it('says that what was read has changed', async () => {
    await writeFile(file(), `${header}1,10\n`);
    const { next } = await staged();
    await writeFile(file(), `${header}1,11\n2,20\n`);
    expect((await failure(next)).code).toBe('SOURCE_CHANGED');
  });

  it.each([
    ['at,amps\n1,10\n', /missing volts; extra amps/],
    ['volts,at\n10,1\n', /moved volts, at/],
    ['at,volts,amps\n1,10,2\n', /extra amps/],
  ])('names what changed in the header %j', async (text, message) => {
    await writeFile(file(), `${header}1,10\n`);
    const { next } = await staged();
    await writeFile(file(), text.padEnd(40, '\n'));
    const error = await failure({ ...next, prefixSha256: next.prefixSha256, bytes: 0 });
    expect(error.code).toBe('SOURCE_HEADER_CHANGED');
    expect(error.message).toMatch(message);
  });

  it('gives the same rows whatever a read happens to cut', async () => {
    const rows = Array.from({ length: 40_000 }, (_, k) => `${k},"välue ${k}"`);
    await writeFile(file(), `${header}${rows.join('\n')}\n`);
    const { text, next } = await staged();
    const lines = text.split('\n').slice(1, -1);
    expect(next.rows).toBe(rows.length);
    expect(lines.every((line, k) => line === `${k + 2},${rows[k]}`)).toBe(true);
  });

  it('stops when it is told to', async () => {
    await writeFile(file(), `${header}1,10\n`);
    await expect(stage(undefined, spec(), AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a file that is not what it should be', () => {
  const utf16 = Buffer.from(`\ufeff${header}1,10\n`, 'utf16le');
  it.each<[string, string | Buffer, string, RegExp]>([
    ['empty', '', 'SOURCE_TRUNCATED', /empty/],
    ['UTF-16', utf16, 'SOURCE_ENCODING_INVALID', /UTF-16/],
    ['UTF-16 without a mark', utf16.subarray(2), 'SOURCE_ENCODING_INVALID', /UTF-16/],
    ['binary', Buffer.from([1, 2, 0, 4, 5, 10, 7]), 'SOURCE_ENCODING_INVALID', /byte 2/],
    ['NUL further down', `${header}1,1\0\n`, 'SOURCE_ENCODING_INVALID', /byte 12/],
    [
      'Latin-1',
      Buffer.concat([Buffer.from(`${header}1,`), Buffer.from([0xe9, 10])]),
      'SOURCE_ENCODING_INVALID',
      /byte 11/,
    ],
    ['cut in a row', `${header}1,10\n2`, 'SOURCE_TRUNCATED', /line 3.*1 of 2 fields/],
    ['cut in a quoted cell', `${header}1,10\n2,"20`, 'SOURCE_TRUNCATED', /line 3.*quoted/],
    ['a row with too few fields', `${header}1\n2,20\n`, 'SOURCE_ROW_MALFORMED', /line 2: 1 fields/],
    ['a row with too many fields', `${header}1,10\n2,20,30\n`, 'SOURCE_ROW_MALFORMED', /line 3: 3 fields/],
    ['text after a quote', `${header}1,"10"x\n`, 'SOURCE_ROW_MALFORMED', /line 2: text follows/],
    ['old line ends', 'at,volts\r1,10\r2,20\n', 'SOURCE_ROW_MALFORMED', /line 1: a carriage return/],
    ['a huge field', `${header}1,${'9'.repeat(70_000)}\n`, 'SOURCE_ROW_MALFORMED', /70000 bytes/],
    ['an endless row', `${header}1,"${'9'.repeat(1_500_000)}`, 'SOURCE_ROW_MALFORMED', /more than/],
    ['a column twice', 'at,at\n1,2\n', 'SOURCE_HEADER_CHANGED', /"at" comes twice/],
    ['a column without name', 'at,\n1,2\n', 'SOURCE_HEADER_CHANGED', /column 2 has no name/],
  ])('%s', async (_name, content, code, message) => {
    await writeFile(file(), content);
    const error = await failure();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.details.where ?? error.details.expected).toBeTruthy();
  });
});

describe('locations', () => {
  it.each(['../secret.csv', '/etc/passwd', 'a/../../secret.csv'])(
    '%s is outside of RELEVO_DATA',
    async (path) => {
      await writeFile(join(root, 'secret.csv'), `${header}1,10\n`);
      expect(await failure(undefined, spec(path))).toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('outside'),
      });
    },
  );

  it('a link out of RELEVO_DATA is not followed', async () => {
    await writeFile(join(root, 'secret.csv'), `${header}1,10\n`);
    await symlink(join(root, 'secret.csv'), file());
    expect((await failure()).message).toContain('links outside');
  });

  it('falls back to the next location when a download cannot be reached', async () => {
    const source = sourceSpecSchema.parse({
      kind: 'csv',
      locations: [
        {
          kind: 'download',
          url: 'https://127.0.0.1:9/x.zip',
          member: 'x.csv',
          contentSha256: '0'.repeat(64),
        },
        { kind: 'generator', name: 'steel', rows: 3, seed: 1 },
      ],
    });
    const batch = await stage(undefined, source);
    expect(batch).toMatchObject({
      synthetic: true,
      next: { rows: 3, location: 'generator:steel?rows=3&seed=1' },
    });
    expect(await stage(batch?.next, source)).toBeUndefined();
  });

  it('chooses the first source whose data is there, and any that is asked for', async () => {
    expect((await chooseSource(steelEnergy, 'synthetic', {})).name).toBe('synthetic');
    await mkdir(join(dataDir, 'steel'));
    await writeFile(join(dataDir, 'steel', 'steel_energy_original.csv'), header);
    expect((await chooseSource(steelEnergy, undefined, { RELEVO_DATA: dataDir })).name).toBe('original');
    await expect(chooseSource(steelEnergy, 'nope', {})).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      details: { expected: 'dirty, original, archive, synthetic' },
    });
  });
});

describe('the canonical content', () => {
  it.each([
    ['4.0', '4'],
    [' 04.10 ', '4.1'],
    ['-0.0', '0'],
    ['1e3', '1000'],
    ['1-2-2018 0:15', '2018-02-01T00:15:00'],
    ['01/02/2018 00:15', '2018-02-01T00:15:00'],
    [' Light_Load', 'Light_Load'],
    ['', ''],
  ])('%j is %j', (cell, expected) => expect(canonicalCell(cell)).toBe(expected));

  it('does not depend on how the same values are written', async () => {
    const [one, other] = [join(dataDir, 'one.csv'), join(dataDir, 'other.csv')];
    await writeFile(one, 'date,x\n01/02/2018 00:15,4.0\n');
    await writeFile(other, '\ufeffdate,"x"\r\n1-2-2018 0:15,4');
    expect(await canonicalSha256(one)).toBe(await canonicalSha256(other));
    await writeFile(other, 'date,x\n01/02/2018 00:15,4.1\n');
    expect(await canonicalSha256(one)).not.toBe(await canonicalSha256(other));
  });
});
