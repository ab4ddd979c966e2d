import { DefaultLogger, type Logger, type LogLevel } from '@temporalio/worker';
import type { Environment } from '../contracts/env.ts';
import { openLog } from '../telemetry/log.ts';

const levels: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};
const threshold: Record<Environment['RELEVO_LOG_LEVEL'], LogLevel> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'ERROR',
  silent: 'ERROR',
};

/** One JSON line an event on standard output, from this process and from Temporal's core alike. */
export function createLogger(name: string, level: Environment['RELEVO_LOG_LEVEL']): Logger {
  const log = openLog(name, { RELEVO_LOG_LEVEL: level });
  return new DefaultLogger(threshold[level], ({ level: at, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    log[levels[at]]({ ...rest, ...(error instanceof Error && { err: error }) }, message);
  });
}
