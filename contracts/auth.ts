import type { Environment } from './env.ts';
import { RelevoError } from './errors.ts';

type AuthEnvironment = Pick<Environment, 'RELEVO_AUTH' | 'RELEVO_HOST' | 'NODE_ENV'>;

const isLoopback = (host: string): boolean => /^(localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

/**
 * Whether the API demands to know who calls. It does unless it listens on loopback, in development.
 * @throws RelevoError ENVIRONMENT_INVALID where it is told not to and others could reach it
 */
export function isAuthRequired({ RELEVO_AUTH: auth, RELEVO_HOST: host, NODE_ENV }: AuthEnvironment): boolean {
  const isSafe = isLoopback(host) && NODE_ENV !== 'production';
  if (auth === undefined) return !isSafe;
  if (auth === 'required' || isSafe) return auth === 'required';
  const why = isLoopback(host)
    ? 'NODE_ENV is production'
    : `RELEVO_HOST is ${host}, where others can reach it`;
  throw new RelevoError('ENVIRONMENT_INVALID', `RELEVO_AUTH=none is for development: ${why}.`, {
    field: 'RELEVO_AUTH',
    value: auth,
    expected: `required${isLoopback(host) ? '' : ', or RELEVO_HOST=127.0.0.1'}`,
  });
}
