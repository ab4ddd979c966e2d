import type { RelevoError } from '../../contracts/errors.ts';
import { errorBody } from './errors.ts';

/** How errors are written where the contract is somebody else's, by the beginning of the path. */
const forms: readonly { under: RegExp; write(error: RelevoError): object }[] = [
  // Open Inference Protocol V2
  { under: /^\/v2(?:\/|$)/, write: ({ code, message }) => ({ error: `${code}: ${message}` }) },
];

/** The body of an answer that is not a success, as the contract of its path has it. */
export const errorBodyFor = (path: string, error: RelevoError, requestId: string): object =>
  forms.find(({ under }) => under.test(path))?.write(error) ?? errorBody(error, requestId);
