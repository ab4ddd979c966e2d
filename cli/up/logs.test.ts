import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logDir, prepareLog, tailOf } from './logs.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relevo-logs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('a log that grew large is put aside, and only so many are kept', () => {
  for (const text of ['first', 'second', 'third', 'fourth', 'fifth']) {
    writeFileSync(prepareLog(home, 'api', 3), text);
  }
  const files = Object.fromEntries(
    readdirSync(logDir(home)).map((name) => [name, readFileSync(join(logDir(home), name), 'utf8')]),
  );
  expect(files).toEqual({
    'api.log': 'fifth',
    'api.log.1': 'fourth',
    'api.log.2': 'third',
    'api.log.3': 'second',
  });
});

it('a small log is gone on with', () => {
  writeFileSync(prepareLog(home, 'api'), 'kept\n');
  expect(readFileSync(prepareLog(home, 'api'), 'utf8')).toBe('kept\n');
});

it('a tail is the last whole lines, however long the log', () => {
  const file = prepareLog(home, 'api');
  writeFileSync(file, Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(''));
  expect(tailOf(file, 2)).toEqual(['line 9998', 'line 9999']);
  expect(tailOf(file, 1000, 100).at(0)).toMatch(/^line \d+$/);
  expect(tailOf(join(home, 'absent'), 2)).toEqual([]);
});
