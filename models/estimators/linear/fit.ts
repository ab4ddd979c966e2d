import { RelevoError } from '../../../contracts/errors.ts';
import { fault } from '../checks.ts';
import type { FitAnswer } from './protocol.ts';

/**
 * The fit that a thread answered with.
 * @throws RelevoError TRAINING_FAILED naming the cell that is missing, or what kept the algebra from an answer.
 */
export function fitOf<Fit>(answer: FitAnswer<Fit>): Fit {
  if (answer.state === 'done') return answer.fit;
  if (answer.state === 'missing') throw fault(answer.name, answer.value, 'a finite number', answer.row);
  if (answer.state === 'overflow')
    throw new RelevoError('TRAINING_FAILED', 'The features are too large to be multiplied', {
      field: 'features',
      expected: 'numbers within about ±1e150',
    });
  throw new RelevoError('TRAINING_FAILED', `The fit has not settled after ${answer.steps} steps`, {
    field: 'params',
    value: answer.steps,
    expected: 'a penalty that keeps the coefficients finite',
    remedy: 'Ask for a stronger penalty, or scale the features.',
  });
}
