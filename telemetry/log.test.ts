import type { LogFn } from 'pino';
import { describe, expect, it } from 'vitest';
import { openLog } from './log.ts';

/** The lines that a log writes. */
function linesOf(write: (log: Record<'info' | 'error', LogFn>) => void, settings: object = {}): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(openLog('test', { RELEVO_LOG_LEVEL: 'info', ...settings }, { destination }));
  return lines.join('');
}

describe('a log', () => {
  it.each([
    ['authorization', { headers: { authorization: 'S3CRET' } }],
    ['a cookie', { req: { headers: { cookie: 'S3CRET' } } }],
    ['an API key', { headers: { 'x-api-key': 'S3CRET' } }],
    ['a set cookie', { res: { headers: { 'set-cookie': 'S3CRET' } } }],
    ['a password', { user: { name: 'ana', password: 'S3CRET' } }],
    ['a token', { token: 'S3CRET' }],
    ['a connection string', { pool: { connectionString: 'S3CRET' } }],
  ])('hides %s', (_name, entry) => {
    const line = linesOf((log) => log.info(entry, 'event'));
    expect(line).toContain('(hidden)');
    expect(line).not.toContain('S3CRET');
  });

  it('hides the password in a URL that an error repeats', () => {
    const failure = new Error(
      'connect postgresql://relevo:S3CRET@db:5432/x and redis://:S3CRET@cache failed',
      {
        cause: new Error('https://user:S3CRET@host/'),
      },
    );
    const line = linesOf((log) => log.error({ err: failure }, 'away'));
    expect(line).toContain('postgresql://***@db:5432');
    expect(line).not.toContain('S3CRET');
  });

  it.each([
    ['rows', { rows: [{ feed: 41.5 }] }],
    ['what an error says of them', { err: Object.assign(new Error('x'), { details: { value: 41.5 } }) }],
    [
      'what PostgreSQL says of them',
      { err: Object.assign(new Error('x'), { detail: 'Failing row (41.5)' }) },
    ],
  ])('tells %s only where it is asked to', (_name, entry) => {
    expect(linesOf((log) => log.info(entry))).not.toContain('41.5');
    expect(linesOf((log) => log.info(entry), { RELEVO_LOG_INPUTS: true })).toContain('41.5');
  });

  it('keeps what a client sends on one line', () => {
    const line = linesOf((log) => log.info({ requestId: 'a\n{"level":60,"msg":"forged"}' }, 'x\r\ny'));
    expect(line.trim().split(/[\r\n]/)).toHaveLength(1);
  });
});
