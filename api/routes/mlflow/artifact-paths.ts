import { RelevoError } from '../../../contracts/errors.ts';
import type { ApiContext } from '../../openapi.ts';

/** What clients make of `mlflow-artifacts:/`. */
export const artifactsBase = '/api/2.0/mlflow-artifacts/artifacts';
const scheme = 'mlflow-artifacts:/';
export const maxPathBytes = 1_024;

/** Below the proxy's root; other stores are not this server's to look into. @throws RelevoError REQUEST_INVALID */
export function pathBelowRoot(uri: string): string {
  const path = uri.startsWith(scheme) ? uri.slice(scheme.length).replace(/^\/+/, '') : undefined;
  if (path !== undefined && !/^[^/]*:/.test(path)) return checkedPath(path);
  throw new RelevoError('REQUEST_INVALID', 'These files are not kept by this server.', {
    field: 'artifact_uri',
    value: uri.slice(0, 120),
    expected: `an address that begins with ${scheme}`,
  });
}

/** The path of the file that a request is about, from the part of its URL that the router did not decode. */
export function filePath(c: ApiContext): string {
  const { pathname } = new URL(c.req.url);
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(artifactsBase.length + 1));
  } catch {
    throw unsafe(pathname);
  }
  if (path === '') throw unsafe(path);
  return checkedPath(path);
}

/**
 * A path that stays where it is put, here and on the disk of whoever downloads it.
 * @throws RelevoError REQUEST_INVALID
 */
export function checkedPath(path: string): string {
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '') return '';
  const isSafe =
    Buffer.byteLength(trimmed) <= maxPathBytes &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    !/[\u0000-\u001f\u007f\\#?]|\p{Surrogate}/u.test(trimmed) &&
    !/^[a-z]:/i.test(trimmed) &&
    trimmed.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isSafe) throw unsafe(path);
  return trimmed;
}

const unsafe = (path: string): RelevoError =>
  new RelevoError('REQUEST_INVALID', 'Invalid path', {
    field: 'path',
    value: path.slice(0, 120),
    expected: `a relative path of at most ${maxPathBytes} bytes without "..", "\\", "#", "?" and control characters`,
  });
