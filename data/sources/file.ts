import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';

/**
 * The file of a `file` location, which must lie below RELEVO_DATA even after symbolic links are followed.
 * @throws RelevoError SOURCE_UNAVAILABLE
 */
export async function fileBelow(dataDir: string | undefined, path: string): Promise<string> {
  if (dataDir === undefined)
    throw unavailable(path, 'RELEVO_DATA is not set', 'Set RELEVO_DATA to the folder of the data sets.');
  const wanted = resolve(dataDir, path);
  if (isAbsolute(path) || !isBelow(dataDir, wanted))
    throw unavailable(path, 'it lies outside RELEVO_DATA', 'Use a path below RELEVO_DATA without "..".');
  const real = await realpath(wanted).catch(() => {
    throw unavailable(path, 'there is no such file', `Put it at ${path} below RELEVO_DATA.`);
  });
  if (!isBelow(await realpath(dataDir), real))
    throw unavailable(path, 'it links outside RELEVO_DATA', 'Put the file itself below RELEVO_DATA.');
  if (!(await stat(real)).isFile()) throw unavailable(path, 'it is not a file', 'Name a file.');
  return real;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(resolve(folder), path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

const unavailable = (path: string, why: string, remedy: string): RelevoError =>
  new RelevoError('SOURCE_UNAVAILABLE', `The file ${path} cannot be read: ${why}`, {
    field: 'path',
    value: path,
    expected: 'a file below RELEVO_DATA',
    remedy,
  });
