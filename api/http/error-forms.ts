import type { ErrorCode, RelevoError } from '../../contracts/errors.ts';
import { errorBody } from './errors.ts';

interface Form {
  under: RegExp;
  write(error: RelevoError, requestId: string): object;
  /** Where the contract wants another status than the catalogue has. */
  status?: Partial<Record<ErrorCode, number>>;
}

/** MLflow's codes; what it has none for is an invalid parameter where the client is at fault, else internal. */
const mlflowCodes: Partial<Record<ErrorCode, string>> = {
  MLFLOW_NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  MLFLOW_ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  ROUTE_NOT_FOUND: 'ENDPOINT_NOT_FOUND',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'PERMISSION_DENIED',
  RATE_LIMITED: 'REQUEST_LIMIT_EXCEEDED',
  DATABASE_UNAVAILABLE: 'TEMPORARILY_UNAVAILABLE',
};
const mlflowCode = ({ code, status }: RelevoError): string =>
  mlflowCodes[code] ?? (status < 500 ? 'INVALID_PARAMETER_VALUE' : 'INTERNAL_ERROR');

const longestExpectation = 200;

/** These forms have one field for words: what was expected is among them. */
function told({ message, details: { expected } }: RelevoError): string {
  if (expected === undefined || expected.length > longestExpectation || message.includes('expected'))
    return message;
  return `${message.replace(/\.$/, '')}; expected ${expected}.`;
}

/** How errors are written where the contract is somebody else's, by the beginning of the path. */
const forms: readonly Form[] = [
  // Open Inference Protocol V2
  { under: /^\/v2(?:\/|$)/, write: (error) => ({ error: `${error.code}: ${told(error)}` }) },
  {
    under: /^\/(?:api\/[23]\.0\/mlflow(?:-artifacts)?\/|invocations$)/,
    write: (error, requestId) => ({
      error_code: mlflowCode(error),
      message: told(error),
      request_id: requestId,
    }),
    status: { MLFLOW_ALREADY_EXISTS: 400 },
  },
];

const formOf = (path: string): Form | undefined => forms.find(({ under }) => under.test(path));

/** The body of an answer that is not a success, as the contract of its path has it. */
export const errorBodyFor = (path: string, error: RelevoError, requestId: string): object =>
  formOf(path)?.write(error, requestId) ?? errorBody(error, requestId);

export const errorStatusFor = (path: string, error: RelevoError): number =>
  formOf(path)?.status?.[error.code] ?? error.status;
