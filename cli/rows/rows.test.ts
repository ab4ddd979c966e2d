import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { textsFor } from '../texts/index.ts';
import { coerceCsv } from './coerce.ts';
import { parseCsv } from './csv.ts';
import { readRows } from './read.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relevo-rows-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const texts = textsFor('en');
const inputs = [
  { name: 'flow', kind: 'number' as const },
  { name: 'load', kind: 'category' as const },
];

function fileOf(content: string | Uint8Array, name = 'rows.csv'): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function refusal(work: () => unknown): Promise<RelevoError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RelevoError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('rows from CSV', () => {
  it('keep the input columns, numbers as numbers, empty cells as missing', () => {
    const table = parseCsv('date;flow;load\n1;2,5;A\n2;3.5;\n3;;B\n4;0x10;C\n5;-1e3;D', 'x.csv');
    expect(coerceCsv(table, inputs)).toEqual({
      rows: [
        { flow: '2,5', load: 'A' },
        { flow: 3.5, load: null },
        { flow: null, load: 'B' },
        { flow: '0x10', load: 'C' },
        { flow: -1000, load: 'D' },
      ],
      ignored: ['date'],
    });
  });

  it('know the line of each row, quotes and line breaks within them included', () => {
    const { cells, lines } = parseCsv('\ufeffa,b\r\n"x\ny",1\r\n\r\nz,"q""q"\r\n', 'x.csv');
    expect(cells).toEqual([
      ['x\ny', '1'],
      ['z', 'q"q'],
    ]);
    expect(lines).toEqual([3, 5]);
  });

  it.each([
    ['a,b\n1,2\n3', 'SOURCE_ROW_MALFORMED', 'line 3'],
    ['a,b\n"1,2', 'SOURCE_ROW_MALFORMED', 'line 2'],
    ['a,a\n1,2', 'SOURCE_HEADER_CHANGED', 'line 1'],
    ['a,b', 'REQUEST_INVALID', 'x.csv'],
    ['', 'REQUEST_INVALID', 'x.csv'],
  ])('%j is refused with its place', async (text, code, where) => {
    const error = await refusal(() => parseCsv(text, 'x.csv'));
    expect([error.code, error.details.where]).toEqual([code, expect.stringContaining(where)]);
  });
});

describe('rows that were given', () => {
  const { stdin } = process;

  it('may be one row or a list, in text or in a file', async () => {
    expect(await readRows({ row: '{"flow": 1}', stdin }, texts)).toEqual({
      kind: 'json',
      rows: [{ flow: 1 }],
    });
    const file = fileOf('[{"flow": 1}, {"flow": 2}]', 'rows.txt');
    expect(await readRows({ file, stdin }, texts)).toMatchObject({ kind: 'json', rows: [{}, { flow: 2 }] });
    expect(await readRows({ file: fileOf('flow\n1\n'), stdin }, texts)).toMatchObject({ kind: 'csv' });
  });

  it.each([
    ['{"flow": }', '--row'],
    ['[]', '--row[0]'],
    ['[{"flow": 1}, 7]', '--row[1]'],
    ['null', '--row[0]'],
  ])('%j is no row', async (row, where) => {
    const error = await refusal(() => readRows({ row, stdin }, texts));
    expect([error.code, error.details.where]).toEqual(['REQUEST_INVALID', where]);
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffflow\n1\n', 'utf16le')],
    ['binary', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff])],
    ['a torn character', Uint8Array.from([0x61, 0xc3])],
  ])('a file in %s is refused as what it is', async (_, bytes) => {
    const error = await refusal(() => readRows({ file: fileOf(bytes), stdin }, texts));
    expect(error.code).toBe('SOURCE_ENCODING_INVALID');
  });

  it('a file that is not there is named', async () => {
    const error = await refusal(() => readRows({ file: join(dir, 'absent.csv'), stdin }, texts));
    expect(error.details).toMatchObject({ value: join(dir, 'absent.csv'), expected: 'ENOENT' });
  });
});
