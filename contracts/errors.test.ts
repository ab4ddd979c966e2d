import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCatalogue, errorDocsUrl, isErrorCode, RelevoError, showValue } from './errors.ts';

const codes = Object.keys(errorCatalogue).filter(isErrorCode);

describe('the error catalogue', () => {
  it('has a page for every code and no page without one', () => {
    const pages = readdirSync('docs/errors').map((file) => file.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual([...codes].sort());
  });

  it.each(codes)('%s says on its page what it says in the code', (code) => {
    const page = readFileSync(errorDocsUrl(code), 'utf8');
    expect(page).toContain(`# ${code}\n`);
    expect(page).toContain(`| HTTP status | ${errorCatalogue[code].status} |`);
    expect(page).toContain(`itself? | ${errorCatalogue[code].retryable ? 'yes' : 'no'} |`);
  });

  it('gives an error its status and whether a retry can help', () => {
    const error = new RelevoError('DATABASE_UNAVAILABLE', 'away');
    expect([error.status, error.retryable]).toEqual([503, true]);
  });
});

describe('showValue', () => {
  it('keeps a value short and on one line', () => {
    expect(showValue('a\nb')).toBe('"a\\nb"');
    expect(showValue('x'.repeat(1000)).length).toBeLessThanOrEqual(61);
    expect(showValue(-0)).toBe('-0');
    expect(showValue(undefined)).toBe('undefined');
  });
});
