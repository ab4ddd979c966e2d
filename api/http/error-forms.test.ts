import { expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import { errorBodyFor } from './error-forms.ts';

const refusal = (message: string, expected: string) =>
  new RelevoError('REQUEST_INVALID', message, { field: 'body', expected });

it('a form that has one field for words says there what was expected, once and where it is short', () => {
  const none = refusal('The request has none of its forms', 'one of inputs, instances');
  expect(errorBodyFor('/invocations', none, 'r1')).toEqual({
    error_code: 'INVALID_PARAMETER_VALUE',
    message: 'The request has none of its forms; expected one of inputs, instances.',
    request_id: 'r1',
  });
  const inV2 = (error: RelevoError) => errorBodyFor('/v2/models/m/infer', error, 'r1');
  expect(inV2(none)).toEqual({
    error: 'REQUEST_INVALID: The request has none of its forms; expected one of inputs, instances.',
  });
  expect(inV2(refusal('"a" is 1; expected a text.', 'a text'))).toEqual({
    error: 'REQUEST_INVALID: "a" is 1; expected a text.',
  });
  expect(inV2(refusal('No such column.', 'a column, '.repeat(100)))).toEqual({
    error: 'REQUEST_INVALID: No such column.',
  });
});
