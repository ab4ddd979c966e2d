import { type Logger, pino, stdSerializers } from 'pino';
import type { Environment } from '../contracts/env.ts';
import type { Tracing } from './tracing.ts';

type LogSettings = Pick<Environment, 'RELEVO_LOG_LEVEL'> & Partial<Pick<Environment, 'RELEVO_LOG_INPUTS'>>;

const secretNames = [
  ...['authorization', 'cookie', '["set-cookie"]', '["x-api-key"]', '["proxy-authorization"]'],
  ...['password', 'secret', 'token', 'apiKey', 'privateKey', 'clientSecret', 'connectionString'],
];
/** What a client sent: rows, and the parts of errors that repeat them; PostgreSQL's `detail` does too. */
const inputNames = ['rows', 'inputs', 'row', 'refused', 'err.details', 'err.detail', 'err.where'];

/** Under the entry itself and one and two objects further down. */
const anywhere = (names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const dotted = name.startsWith('[') ? name : `.${name}`;
    return [name, `*${dotted}`, `*.*${dotted}`];
  });

const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
/** Texts without the user and password of the URLs in them. */
const withoutCredentials = (text: unknown): unknown =>
  typeof text === 'string' ? text.replace(inUrl, '$1***@') : text;

/**
 * A log of one JSON line an event on standard output. Secrets never reach it, what clients sent only where
 * RELEVO_LOG_INPUTS asks; within a span each line names its trace.
 * @param destination where lines go instead, for whoever reads them at once.
 */
export function openLog(
  name: string,
  { RELEVO_LOG_LEVEL: level, RELEVO_LOG_INPUTS: withInputs = false }: LogSettings,
  { tracing, destination }: { tracing?: Tracing; destination?: { write(line: string): void } } = {},
): Logger {
  const options = {
    ...{ name, level },
    redact: {
      paths: [...anywhere(secretNames), ...(withInputs ? [] : inputNames)],
      censor: '(hidden)',
    },
    serializers: { err: describeError },
    ...(tracing && { mixin: () => traceOf(tracing) }),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function describeError(error: Error): object {
  const shown = stdSerializers.err(error);
  return { ...shown, message: withoutCredentials(shown.message), stack: withoutCredentials(shown.stack) };
}

function traceOf(tracing: Tracing): object {
  const place = tracing.current();
  return place === undefined ? {} : { traceId: place.traceId, spanId: place.spanId };
}
