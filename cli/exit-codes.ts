import type { ErrorCode } from '../contracts/errors.ts';

/** What the shell is told; `relevo --help` lists them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Errors of what was asked, as against errors of what happened. */
const usageCodes: ReadonlySet<ErrorCode> = new Set([
  'ENVIRONMENT_INVALID',
  'REQUEST_INVALID',
  'REQUEST_UNPROCESSABLE',
  'ROUTE_NOT_FOUND',
]);

/**
 * What the shell is told of an error: 2 where the command itself was wrong, 3 where the API is away, 1 for all else.
 */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'API_UNREACHABLE') return exitCodes.unreachable;
  return usageCodes.has(code) ? exitCodes.usage : exitCodes.failed;
}
