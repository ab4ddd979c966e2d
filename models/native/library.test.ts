import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorOf } from '../estimators/testing.ts';
import { openLibrary } from './library.ts';
import { xgboost } from './xgboost.ts';

it('opens the packaged library, and finds its version', () => {
  expect(xgboost({ path: undefined, spinCount: 1_000 }).version).toBe('1.7.5');
});

it('says what to set where XGBOOST_LIB names no library', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-library-'));
  const text = join(folder, 'libxgboost.so');
  writeFileSync(text, 'not a library');
  try {
    for (const path of [join(folder, 'absent.so'), text]) {
      const error = errorOf(() => openLibrary({ path, spinCount: 1_000 }));
      expect(error).toMatchObject({
        code: 'NATIVE_LIBRARY_MISSING',
        message: expect.stringContaining(path),
        details: { field: 'XGBOOST_LIB', remedy: expect.stringContaining('XGBOOST_LIB') },
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
