import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type FitContext, PrunedError } from '../../../contracts/estimator.ts';
import { cancelled } from '../checks.ts';
import { createCheckpointWriter } from './checkpoint-writer.ts';
import type { GrowMessage } from './protocol.ts';

/** A growth on a thread: what starts it, what stops it, and how many steps it may take. */
export interface Growing<Grown> {
  run(): Promise<Grown | 'stopped'>;
  /** Shared; set to 1 to stop. */
  stop: Int32Array;
  steps: number;
}

/**
 * Runs a growth and listens: steps go to `onStep`, checkpoints to the store. Rejects at once when
 * the signal fires or `onStep` answers `prune`; the verdict on a step does not depend on how far ahead the
 * thread is, since messages are judged in order.
 */
export async function supervise<Grown>(
  growing: Growing<Grown>,
  port: MessagePort,
  context: FitContext,
): Promise<Grown> {
  const halt = new AbortController();
  const halted = new Promise<never>((_resolve, reject) => {
    halt.signal.addEventListener('abort', () => reject(halt.signal.reason), { once: true });
  });
  const cancel = (): void => halt.abort(cancelled());
  const writer = createCheckpointWriter(context.checkpoints, (error) => halt.abort(error));

  const hear = (message: GrowMessage): void => {
    if (halt.signal.aborted) return;
    try {
      if (message.kind === 'checkpoint') {
        writer.save(message.bytes);
        return;
      }
      const { step, score } = message;
      if (context.onStep?.(step, growing.steps, score) === 'prune')
        halt.abort(new PrunedError(step, score ?? Number.NaN));
    } catch (error) {
      halt.abort(error);
    }
  };
  const grow = async (): Promise<Grown> => {
    const grown = await growing.run();
    // The result may overtake messages that were sent before it.
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) hear(next.message);
    await writer.settled();
    halt.signal.throwIfAborted();
    if (grown === 'stopped') throw cancelled();
    return grown;
  };

  context.signal.addEventListener('abort', cancel, { once: true });
  port.on('message', hear);
  try {
    if (context.signal.aborted) throw cancelled();
    return await Promise.race([grow(), halted]);
  } finally {
    context.signal.removeEventListener('abort', cancel);
    Atomics.store(growing.stop, 0, 1);
    port.close();
  }
}
