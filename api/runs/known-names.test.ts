import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { pipeline } from '../../pipelines/index.ts';
import { checkKnownNames } from './known-names.ts';

const spec = pipeline('steel-energy');

function refusal(given: Parameters<typeof checkKnownNames>[1]): RelevoError {
  try {
    checkKnownNames(spec, given);
  } catch (error) {
    if (error instanceof RelevoError) return error;
  }
  throw new Error('was not refused');
}

describe('names that a run is asked for with', () => {
  it.each([[{}], [{ candidates: ['xgboost', 'ridge'] }], [{ source: 'synthetic' }]])(
    'may be %j, which the pipeline has',
    (given) => {
      expect(() => checkKnownNames(spec, given)).not.toThrow();
    },
  );

  it('are all named where the pipeline does not have them, the first in the sentence', () => {
    const { code, message, details } = refusal({ candidates: ['rigde', 'xgboost', 'x'], source: 'sythetic' });
    expect(code).toBe('REQUEST_UNPROCESSABLE');
    expect(message).toMatch(
      /^"steel-energy" has no candidate "rigde"; expected one of .*mean "ridge"\?\)\.$/,
    );
    expect(details).toMatchObject({ field: 'candidates.0', value: 'rigde', where: 'body' });
    expect(details.issues?.map(({ field, value }) => [field, value])).toEqual([
      ['candidates.2', 'x'],
      ['source', 'sythetic'],
    ]);
  });

  it('are cut short in the sentence', () => {
    expect(refusal({ source: 'x'.repeat(9_000) }).message.length).toBeLessThan(300);
  });
});
