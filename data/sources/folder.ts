import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';
import type { WatchSpec } from '../../contracts/source.ts';
import {
  type ArrivedFile,
  inOrderOfChange,
  isSameState,
  isWantedName,
  isWhole,
  type WatchedPlace,
} from './place.ts';

type FolderWatch = WatchSpec & { folder: string };

interface FolderFile extends ArrivedFile {
  path: string;
}

/** A watched folder below `root`; without files where it is not there yet. */
export function folderPlace(watch: FolderWatch, root: string | undefined): WatchedPlace {
  const inFolder = new Map<string, string>();
  return {
    key: `folder:${watch.folder}`,
    async wholeFiles() {
      const files = await wholeFiles(watch, root);
      for (const { name, path } of files) inFolder.set(name, path);
      return files;
    },
    async read(file, _about, use) {
      const path = inFolder.get(file.name);
      if (path === undefined) return undefined;
      const isUnchanged = async () => {
        const now = await fileNow('', path);
        return now !== undefined && isSameState(now, file);
      };
      try {
        const result = await use(path);
        return (await isUnchanged()) ? { result } : undefined;
      } catch (error) {
        if (await isUnchanged()) throw error;
        return undefined;
      }
    },
  };
}

/**
 * The whole files of a watched folder, in the order of their last change: those that have not changed for
 * `settleSeconds`, or whose marker is there. None where the folder is not there yet.
 * @throws RelevoError SOURCE_UNAVAILABLE where the folder lies outside `root`.
 */
export async function wholeFiles(
  watch: FolderWatch,
  root: string | undefined,
  nowMs = Date.now(),
): Promise<FolderFile[]> {
  const folder = await folderBelow(root, watch.folder);
  if (folder === undefined) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  const found: FolderFile[] = [];
  for (const entry of entries) {
    if (!isWanted(entry, watch)) continue;
    const file = await fileNow(folder, entry.name);
    if (file && isWhole(file, watch, { names, nowMs })) found.push(file);
  }
  return inOrderOfChange(found);
}

const isWanted = (entry: Dirent, watch: WatchSpec): boolean =>
  entry.isFile() && isWantedName(entry.name, watch);

async function fileNow(folder: string, name: string): Promise<FolderFile | undefined> {
  const path = join(folder, name);
  const found = await lstat(path).catch(ignoreAbsence);
  if (!found?.isFile()) return undefined;
  // A copy may keep the old time of its content; that of the entry itself is always the file system's.
  return { name, path, bytes: found.size, changedMs: Math.max(found.mtimeMs, found.ctimeMs) };
}

async function folderBelow(root: string | undefined, folder: string): Promise<string | undefined> {
  if (root === undefined) return undefined;
  const [realRoot, real] = await Promise.all(
    [root, resolve(root, folder)].map((path) => realpath(path).catch(ignoreAbsence)),
  );
  if (realRoot === undefined || real === undefined) return undefined;
  const way = relative(realRoot, real);
  if (!way.startsWith('..') && !isAbsolute(way)) return real;
  throw new RelevoError('SOURCE_UNAVAILABLE', `The folder ${folder} cannot be watched: it lies outside`, {
    field: 'watch.folder',
    value: folder,
    expected: 'a folder below RELEVO_WATCH, or RELEVO_DATA where that is not set',
  });
}

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
