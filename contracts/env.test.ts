import { describe, expect, it } from 'vitest';
import { parseEnvironment } from './env.ts';
import { RelevoError } from './errors.ts';

function refusal(variables: Record<string, string>): RelevoError {
  try {
    parseEnvironment(variables);
  } catch (error) {
    if (error instanceof RelevoError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('the environment', () => {
  it('is whole without a single variable', () => {
    const parsed = parseEnvironment({});
    expect(parsed.RELEVO_PORT).toBe(3000);
    expect(parsed.RELEVO_HOST).toBe('127.0.0.1');
    expect(parsed.RELEVO_HOME).toMatch(/\.relevo$/);
    expect(parsed.RELEVO_DATA).toBeUndefined();
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseEnvironment({ RELEVO_PORT: '', DATABASE_URL: '' }).RELEVO_PORT).toBe(3000);
  });

  it('names every wrong variable with its value', () => {
    const error = refusal({ RELEVO_PORT: '70000', RELEVO_LANG: 'fr' });
    expect(error.code).toBe('ENVIRONMENT_INVALID');
    expect(error.message).toContain('RELEVO_PORT="70000"');
    expect(error.message).toContain('RELEVO_LANG="fr"');
  });

  it('never repeats a secret', () => {
    const error = refusal({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2');
  });
});
