import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';
import { RelevoError } from '../../contracts/errors.ts';
import type { LibrarySettings } from './settings.ts';
import { limitSpinning } from './spinning.ts';

/** SHA-256 of `lib/libxgboost.so` (1.7.5, Linux x64) in the package `xgboost_node`. */
const packagedSha256 = '4e67ae39463156ef6c5f42d740d51065afed5e8611a51642f74261382e4bc7bc';

/**
 * Opens libxgboost: the file named by XGBOOST_LIB, else the one of the package `xgboost_node`,
 * whose content is checked before any of it runs.
 * @throws RelevoError NATIVE_LIBRARY_MISSING with what to install or set.
 */
export function openLibrary({ path: override, spinCount }: LibrarySettings): LibraryHandle {
  const path = override ?? packagedPath();
  limitSpinning(spinCount);
  try {
    return koffi.load(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw missing(`${path}: ${reason}`, remedyFor(reason, override), cause);
  }
}

function packagedPath(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw missing(
      `the packaged libxgboost is for Linux on x64, this is ${process.platform} on ${process.arch}`,
      'Set XGBOOST_LIB to a build for this machine, such as the one in the official Python wheel.',
    );
  const path = join(packageFolder(), 'lib', 'libxgboost.so');
  const sha256 = createHash('sha256').update(readPackaged(path)).digest('hex');
  if (sha256 !== packagedSha256)
    throw missing(
      `${path} has the SHA-256 ${sha256}, expected ${packagedSha256}`,
      'Run npm install again, or set XGBOOST_LIB to a build that you trust.',
    );
  return path;
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('xgboost_node/package.json'));
  } catch (cause) {
    throw missing('the package xgboost_node is not installed', 'Run npm install again.', cause);
  }
}

function readPackaged(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw missing(`${path} cannot be read`, 'Run npm install again.', cause);
  }
}

function remedyFor(reason: string, override: string | undefined): string {
  if (reason.includes('libgomp'))
    return 'Install the OpenMP runtime: apt-get install libgomp1 (Debian, Ubuntu) or dnf install libgomp.';
  return override === undefined
    ? 'Install glibc 2.28 or newer with libgomp1, or set XGBOOST_LIB to a build for this machine.'
    : 'Set XGBOOST_LIB to the path of a libxgboost shared library, 1.7 or newer.';
}

const missing = (what: string, remedy: string, cause?: unknown): RelevoError =>
  new RelevoError(
    'NATIVE_LIBRARY_MISSING',
    `libxgboost could not be loaded: ${what}`,
    { field: 'XGBOOST_LIB', expected: 'a loadable libxgboost', remedy },
    { cause },
  );
