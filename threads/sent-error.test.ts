import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { RelevoError } from '../contracts/errors.ts';
import { receivedError, sentError } from './sent-error.ts';

/** What arrives where an error is sent to another thread. */
function crossed(error: unknown): Error {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(sentError(error));
  const received = receiveMessageOnPort(port2)?.message;
  port1.close();
  return receivedError(received);
}

describe('an error on its way between threads', () => {
  it('is the same RelevoError with its details on the other side', () => {
    const details = { field: 'NSM', value: { deep: [-1, null] }, expected: '0 to 86399', where: 'rows[3]' };
    const error = crossed(new RelevoError('ROW_INVALID', 'rows[3]: "NSM" is -1', details));
    expect(error).toBeInstanceOf(RelevoError);
    expect(error).toMatchObject({
      code: 'ROW_INVALID',
      message: 'rows[3]: "NSM" is -1',
      status: 422,
      details,
    });
  });

  it('arrives also where its details hold what no message can carry', () => {
    const error = crossed(new RelevoError('INTERNAL', 'no', { field: 'f', value: () => 1 }));
    expect(error).toMatchObject({ code: 'INTERNAL', details: { field: 'f' } });
  });

  it('says what any other error said', () => {
    const error = crossed(new TypeError('not a function'));
    expect(error).not.toBeInstanceOf(RelevoError);
    expect(error.message).toBe('not a function');
    expect(crossed('a text').message).toBe('a text');
  });
});
