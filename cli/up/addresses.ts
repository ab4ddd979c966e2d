import { relative } from 'node:path';
import type { Environment } from '../../contracts/env.ts';

/** Where the API is reached from this machine: a wildcard address is one to listen on, not to call. */
export function urlOf({
  RELEVO_HOST: host,
  RELEVO_PORT: port,
  RELEVO_TLS_CERT: certificate,
}: Pick<Environment, 'RELEVO_HOST' | 'RELEVO_PORT' | 'RELEVO_TLS_CERT'>): string {
  const scheme = certificate === undefined ? 'http' : 'https';
  const reachable = host === '0.0.0.0' || host === '::' || host === '' ? '127.0.0.1' : host;
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** A database's address as it may be shown: without user's password. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

/** A path as a person here would write it: relative where it lies below this folder. */
export const shortPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || short === '' ? path : short;
};
