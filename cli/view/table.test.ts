import { describe, expect, it } from 'vitest';
import { tableLines } from './table.ts';
import { expandTabs, truncate, widthOf } from './width.ts';

const columns = [{ title: 'name' }, { title: 'rows', align: 'right' as const }, { title: 'note' }];

describe('tables', () => {
  it('start every column at a tab stop and put numbers to the right', () => {
    const lines = tableLines(columns, [
      ['steel', '35040', 'a'],
      ['x', '7', 'b'],
    ]);
    expect(lines).toEqual(['name     rows   note', 'steel   35040   a', 'x           7   b']);
    for (const line of lines) expect(line.indexOf(line.trim().split(/\s+/).at(-1) ?? '') % 4).toBe(0);
  });

  it('count wide characters twice and accents not at all', () => {
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    const [, wide, narrow] = tableLines(
      [{ title: 'n' }, { title: 'v' }],
      [
        ['日本', '1'],
        ['abcd', '2'],
      ],
    );
    expect(widthOf(wide.slice(0, wide.indexOf('1')))).toBe(widthOf(narrow.slice(0, narrow.indexOf('2'))));
  });

  it('expand tabs to the next stop and take other control characters away', () => {
    expect(expandTabs('a\tb', 4)).toBe('a   b');
    expect(expandTabs('abcd\tb', 4)).toBe('abcd    b');
    expect(expandTabs('a\nb\x1bc', 4)).toBe('a b c');
  });

  it('fit a terminal by cutting the widest column, and never cut for a file', () => {
    const long = 'x'.repeat(100);
    const rows = [['steel', '1', long]];
    expect(tableLines(columns, rows, { width: 40 }).every((line) => widthOf(line) <= 40)).toBe(true);
    expect(tableLines(columns, rows, { width: 40 })[1]).toMatch(/…$/);
    expect(tableLines(columns, rows)[1]).toContain(long);
  });

  it('colour padded cells without counting the colour as width', () => {
    const red = (cell: string): string => `\x1b[31m${cell}\x1b[39m`;
    const [, line] = tableLines([{ title: 'state', style: red }, { title: 'v' }], [['ok', '1']]);
    expect(line).toBe('\x1b[31mok   \x1b[39m   1');
  });

  it('show missing cells as empty ones', () => {
    expect(tableLines(columns, [['a']])[1]).toBe('a');
  });
});

describe('truncate', () => {
  it('keeps what fits and marks what was cut', () => {
    expect(truncate('abc', 3)).toBe('abc');
    expect(truncate('abcd', 3)).toBe('ab…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(truncate('abc', 0)).toBe('');
  });
});
