import type { z } from 'zod';
import type { StreamingDetector, StreamRun } from '../../../contracts/detector.ts';
import { RelevoError } from '../../../contracts/errors.ts';

interface Definition<Options, State> {
  name: string;
  reference: string;
  input: StreamingDetector['input'];
  options: z.ZodType<Options>;
  /** What `save` gives, as JSON brings it back: infinities are null. */
  state: z.ZodType<State>;
  /** A run at its beginning, or at the point where `state` was saved. */
  run(options: Options, state?: State): StreamRun;
}

/**
 * A detector from its parts: reads a saved state before anything goes on from it.
 * @throws RelevoError DRIFT_STATE_INVALID from `resume` where the state is not one of this detector.
 */
export function defineDetector<Options, State>(
  definition: Definition<Options, State>,
): StreamingDetector<Options> {
  const { name, reference, input, options, state: schema, run } = definition;
  return {
    name,
    reference,
    input,
    options,
    start: (given) => run(given),
    resume(given, state) {
      const parsed = schema.safeParse(state);
      if (parsed.success) return run(given, parsed.data);
      const issue = parsed.error.issues[0];
      throw stateDamaged(name, issue.path.join('.') || 'state', issue.message);
    },
  };
}

/** The error of a saved state that no run can go on from. */
export const stateDamaged = (detector: string, field: string, expected: string): RelevoError =>
  new RelevoError('DRIFT_STATE_INVALID', `the saved state of the drift detector ${detector} is damaged`, {
    field,
    expected,
    remedy: 'start the detector anew; it learns the stream from the next row on',
  });
