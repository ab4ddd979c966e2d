import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { type ErrorCode, type ErrorDetails, errorDocsUrl, RelevoError } from '../../contracts/errors.ts';
import { limits } from '../limits.ts';
import { expectationOf } from './expectation.ts';
import { shownJson } from './shown-json.ts';

/** The body of every answer that is not a success. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    field?: string;
    value?: unknown;
    expected?: string;
    where?: string;
    issues?: ErrorDetails['issues'];
    remedy?: string;
    /** Page about the code, below the repository's root. */
    docs: string;
    requestId: string;
  };
}

/** The body of an error as the API writes it: at most `limits.issues` issues, and long values cut. */
export function errorBody({ code, message, details }: RelevoError, requestId: string): ErrorBody {
  const { issues = [], ...first } = details;
  const rest = issues.slice(0, limits.issues);
  return {
    error: {
      code,
      message,
      ...first,
      ...('value' in first ? { value: shownJson(first.value) } : {}),
      ...(rest.length === 0 ? {} : { issues: rest.map(flat) }),
      docs: errorDocsUrl(code),
      requestId,
    },
  };
}

const flat = (issue: Omit<ErrorDetails, 'issues'>): Omit<ErrorDetails, 'issues'> =>
  'value' in issue ? { ...issue, value: shownJson(issue.value) } : issue;

const statusCodes: Record<number, ErrorCode> = {
  404: 'ROUTE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
};

/** Whatever was thrown, as one of the catalogue's errors. What nobody foresaw is INTERNAL and shows nothing of itself. */
export function toRelevoError(thrown: unknown): RelevoError {
  if (thrown instanceof RelevoError) return thrown;
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new RelevoError(statusCodes[thrown.status] ?? 'REQUEST_INVALID', thrown.message);
  }
  return new RelevoError(
    'INTERNAL',
    'Something inside Relevo failed; its log has the request id.',
    {},
    { cause: thrown },
  );
}

/** @param part what was parsed: the body, the query, the path. `given` is the value before parsing. */
export function fromZod(error: z.ZodError, part: string, given: unknown): RelevoError {
  const [first, ...issues] = error.issues.flatMap((issue) => issueDetails(issue, part, given));
  const shown = first.value === null ? 'missing or null' : JSON.stringify(first.value);
  return new RelevoError('REQUEST_INVALID', `"${first.field}" is ${shown}; expected ${first.expected}.`, {
    ...first,
    issues,
  });
}

type Issue = z.ZodError['issues'][number];

function issueDetails(
  issue: Issue,
  part: string,
  given: unknown,
): { field: string; value: unknown; expected: string; where: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      value: shownJson(valueAt(given, [...issue.path, key])),
      expected: 'nothing: this field is not known',
      where: part,
    }));
  }
  return [
    {
      field: issue.path.join('.') || part,
      value: shownJson(valueAt(given, issue.path)),
      expected: expectationOf(issue),
      where: part,
    },
  ];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}
