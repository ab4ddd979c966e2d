import { describe, expect, it } from 'vitest';
import { RelevoError } from '../contracts/errors.ts';
import { exitCodeOf } from './exit-codes.ts';
import { failureLines, reportOf, showFailure } from './failure.ts';
import { memoryTerminal } from './testing.ts';

const wrong = new RelevoError('ROW_INVALID', 'line 2: "NSM" is "x".', {
  field: 'NSM',
  value: 'x',
  expected: 'a number',
  where: 'line 2',
  remedy: 'Mend the cell.',
  issues: Array.from({ length: 10 }, (_, i) => ({ field: `column ${i}` })),
});

describe('a failure', () => {
  it('shows code, message, place, field, value, expectation, remedy and page', () => {
    const { terminal } = memoryTerminal();
    const lines = failureLines(reportOf(wrong), terminal);
    expect(lines.slice(0, 5)).toEqual([
      'ROW_INVALID line 2: "NSM" is "x".',
      '  where      line 2',
      '  field      NSM',
      '  value      "x"',
      '  expected   a number',
    ]);
    expect(lines).toContain('  and 2 more');
    expect(lines.at(-2)).toBe('  → Mend the cell.');
    expect(lines.at(-1)).toBe('  docs/errors/ROW_INVALID.md');
  });

  it('speaks the language of the terminal', () => {
    const { terminal } = memoryTerminal({ language: 'es' });
    expect(failureLines(reportOf(wrong), terminal)[4]).toBe('  se espera  a number');
  });

  it('shows a stack only when asked', () => {
    for (const verbose of [false, true]) {
      const { terminal, written } = memoryTerminal({ verbose });
      showFailure(wrong, terminal);
      expect(written.stderr.includes('failure.test.ts')).toBe(verbose);
      expect(written.stdout).toBe('');
    }
  });

  it('is one JSON document on stdout for a machine', () => {
    const { terminal, written } = memoryTerminal({ json: true });
    expect(showFailure(wrong, terminal)).toBe(1);
    expect(JSON.parse(written.stdout).error).toMatchObject({
      code: 'ROW_INVALID',
      details: { field: 'NSM' },
    });
  });

  it('of an unknown kind is INTERNAL with its message', () => {
    expect(reportOf(new TypeError('odd'))).toMatchObject({ code: 'INTERNAL', message: 'odd' });
  });
});

it.each([
  ['API_UNREACHABLE', 3],
  ['ENVIRONMENT_INVALID', 2],
  ['REQUEST_INVALID', 2],
  ['PIPELINE_NOT_FOUND', 1],
  ['PORT_TAKEN', 1],
] as const)('%s ends with %d', (code, exitCode) => expect(exitCodeOf(code)).toBe(exitCode));
