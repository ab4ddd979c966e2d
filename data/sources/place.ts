import { createHash } from 'node:crypto';
import type { WatchSpec } from '../../contracts/source.ts';

/** A file that arrived in a watched place, as it is now. */
export interface ArrivedFile {
  /** Unique among all that a source ever reads; an object's is its whole address. */
  name: string;
  bytes: number;
  /** Last change of content or name, in ms since 1970, by the clock of the place. */
  changedMs: number;
  /** The object store's mark of the content; absent in a folder. */
  etag?: string;
}

/** A folder or a bucket's prefix whose files are rows. */
export interface WatchedPlace {
  /** What a watermark remembers of a source that is this place alone. */
  key: string;
  /** Those that do not change any more, in the order of their last change. */
  wholeFiles(signal?: AbortSignal): Promise<ArrivedFile[]>;
  /**
   * What `use` makes of a file's local copy, which is its own only while it runs; undefined where the file is gone, or
   * another than it was found.
   * @param workDir an empty folder for the copy.
   */
  read<T>(
    file: ArrivedFile,
    about: { workDir: string; signal: AbortSignal },
    use: (path: string) => Promise<T>,
  ): Promise<{ result: T } | undefined>;
}

/** Whether a file of this name is one of those that are watched for; its marker is not. */
export const isWantedName = (name: string, { suffix, doneMarker }: WatchSpec): boolean =>
  !name.startsWith('.') && name.endsWith(suffix) && (doneMarker === undefined || !name.endsWith(doneMarker));

/** @param names of all files beside it; `nowMs` by the clock that gave the file's last change. */
export function isWhole(
  { name, changedMs }: Pick<ArrivedFile, 'name' | 'changedMs'>,
  { settleSeconds, doneMarker }: WatchSpec,
  { names, nowMs }: { names: ReadonlySet<string>; nowMs: number },
): boolean {
  if (doneMarker !== undefined) return names.has(name + doneMarker);
  return nowMs - changedMs >= settleSeconds * 1000;
}

export const inOrderOfChange = <F extends ArrivedFile>(files: F[]): F[] =>
  files.sort((a, b) => a.changedMs - b.changedMs || (a.name < b.name ? -1 : 1));

/** Whether two looks found the same file in the same state. */
export const isSameState = (
  a: Pick<ArrivedFile, 'bytes' | 'changedMs' | 'etag'>,
  b: Pick<ArrivedFile, 'bytes' | 'changedMs' | 'etag'>,
): boolean => a.bytes === b.bytes && a.changedMs === b.changedMs && a.etag === b.etag;

/** Equal for equal files in equal state, 16 hexadecimal digits. */
export function stateOf(files: ArrivedFile[]): string {
  const seen = files.map(({ name, bytes, changedMs, etag }) => [
    name,
    bytes,
    changedMs,
    ...(etag === undefined ? [] : [etag]),
  ]);
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16);
}
