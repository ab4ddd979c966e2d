import { expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { openLog } from '../../telemetry/log.ts';
import { logFailure } from './error-log.ts';

const request = { requestId: 'r-1', method: 'POST', route: '/predict' };
const refused = new RelevoError('ROW_INVALID', '"feed" is 41.5', { field: 'feed', value: 41.5 });

function linesOf(error: RelevoError, settings: { level?: 'info' | 'debug'; inputs?: boolean } = {}): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const { level = 'info', inputs = false } = settings;
  logFailure(
    openLog('api', { RELEVO_LOG_LEVEL: level, RELEVO_LOG_INPUTS: inputs }, { destination }),
    error,
    request,
  );
  return lines.join('');
}

it('says nothing of what a client did wrong, until it is asked to', () => {
  expect(linesOf(refused)).toBe('');
  const line = linesOf(refused, { level: 'debug' });
  expect(JSON.parse(line)).toMatchObject({ ...request, code: 'ROW_INVALID', msg: 'Refused' });
  expect(line).not.toContain('41.5');
  expect(linesOf(refused, { level: 'debug', inputs: true })).toContain('41.5');
});

it('tells a fault of the server with its cause and the request it came by', () => {
  const cause = new Error('the disk is full');
  const line = linesOf(new RelevoError('INTERNAL', 'Something failed', {}, { cause }));
  expect(JSON.parse(line)).toMatchObject({ ...request, level: 50, err: { message: 'the disk is full' } });
});

it('warns of what may be good again without anybody doing anything', () => {
  const line = linesOf(new RelevoError('DATABASE_UNAVAILABLE', 'away'));
  expect(JSON.parse(line)).toMatchObject({ level: 40, code: 'DATABASE_UNAVAILABLE' });
});
