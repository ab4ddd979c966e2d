import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';
import { environment } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { type LibrarySettings, librarySettings } from './settings.ts';
import { limitSpinning } from './spinning.ts';

/** Folders that hold `python3.*` folders: a virtual environment here, the user's and the system's packages. */
const pythonHomes = (): string[] => [
  join('.venv', 'lib'),
  join(homedir(), '.local', 'lib'),
  '/usr/local/lib',
  '/usr/lib',
];
const packageFolders = ['site-packages', 'dist-packages'];

/** LIGHTGBM_LIB, else the library of an installed Python wheel, else undefined. */
export function lightgbmPath(): string | undefined {
  const { LIGHTGBM_LIB: given } = environment();
  return given ?? wheelLibraries().find((path) => existsSync(path));
}

function wheelLibraries(): string[] {
  const file = join('lightgbm', 'lib', 'lib_lightgbm.so');
  return pythonHomes()
    .filter((home) => existsSync(home))
    .flatMap((home) =>
      readdirSync(home)
        .filter((name) => name.startsWith('python3'))
        .sort()
        .flatMap((python) => packageFolders.map((folder) => join(home, python, folder, file))),
    );
}

/** How threads open lib_lightgbm in this process. @throws RelevoError NATIVE_LIBRARY_MISSING where there is none. */
export function lightgbmSettings(): LibrarySettings {
  const path = lightgbmPath();
  if (path === undefined) throw missing('none was found', undefined);
  return { ...librarySettings(), path };
}

/** @throws RelevoError NATIVE_LIBRARY_MISSING with what to install or set. */
export function openLightgbm({ path, spinCount }: LibrarySettings): LibraryHandle {
  limitSpinning(spinCount);
  try {
    return koffi.load(path ?? '');
  } catch (cause) {
    throw missing(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

const missing = (what: string, cause: unknown): RelevoError =>
  new RelevoError(
    'NATIVE_LIBRARY_MISSING',
    `lib_lightgbm could not be loaded: ${what}`,
    {
      field: 'LIGHTGBM_LIB',
      expected: 'a loadable lib_lightgbm, 4.0 or newer',
      remedy:
        'Install the Python wheel lightgbm (pip install lightgbm in .venv) and libgomp1, or set LIGHTGBM_LIB to the path of lib_lightgbm.so; or use xgboost.',
    },
    { cause },
  );
