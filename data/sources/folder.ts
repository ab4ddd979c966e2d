import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';
import type { WatchSpec } from '../../contracts/source.ts';

/** A file of a watched folder, as it is now. */
export interface FolderFile {
  name: string;
  path: string;
  bytes: number;
  /** Last change of content or name, in ms since 1970. */
  changedMs: number;
}

/**
 * The whole files of a watched folder, in the order of their last change: those that have not changed for
 * `settleSeconds`, or whose marker is there. None where the folder is not there yet.
 * @throws RelevoError SOURCE_UNAVAILABLE where the folder lies outside `root`.
 */
export async function wholeFiles(
  watch: WatchSpec,
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
    if (file && isWhole(file, watch, names, nowMs)) found.push(file);
  }
  return found.sort((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1));
}

/** Whether a file is still as it was found. */
export async function isUnchanged(file: FolderFile): Promise<boolean> {
  const now = await fileNow('', file.path);
  return now?.bytes === file.bytes && now.changedMs === file.changedMs;
}

/** Equal for equal files in equal state, 16 hexadecimal digits. */
export function stateOf(files: FolderFile[]): string {
  const seen = files.map(({ name, bytes, changedMs }) => [name, bytes, changedMs]);
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16);
}

const isWanted = (entry: Dirent, { suffix, doneMarker }: WatchSpec): boolean =>
  entry.isFile() &&
  !entry.name.startsWith('.') &&
  entry.name.endsWith(suffix) &&
  (doneMarker === undefined || !entry.name.endsWith(doneMarker));

function isWhole(file: FolderFile, watch: WatchSpec, names: Set<string>, nowMs: number): boolean {
  if (watch.doneMarker !== undefined) return names.has(file.name + watch.doneMarker);
  return nowMs - file.changedMs >= watch.settleSeconds * 1000;
}

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
