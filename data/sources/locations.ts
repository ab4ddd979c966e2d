import { join } from 'node:path';
import type { Location, SourceContext } from '../../contracts/source.ts';
import { generators } from '../generators/index.ts';
import { answers, download } from './download.ts';
import { fileBelow } from './file.ts';

/** What a watermark remembers of where its rows came from. */
export function locationKey(location: Location): string {
  if (location.kind === 'file') return `file:${location.path}`;
  if (location.kind === 'download') return `download:${location.url}#${location.contentSha256}`;
  return `generator:${location.name}?rows=${location.rows}&seed=${location.seed}`;
}

/** A pinned download and a seeded generator never change: what was read of them is all there will be. */
export const isImmutable = (location: Location): boolean => location.kind !== 'file';

/** A local file with the location's rows. @throws RelevoError SOURCE_* */
export async function fetchLocation(
  location: Location,
  delimiter: string,
  context: SourceContext,
): Promise<{ path: string; name: string }> {
  if (location.kind === 'file')
    return { path: await fileBelow(context.dataDir, location.path), name: location.path };
  const path = join(context.workDir, 'fetched.csv');
  if (location.kind === 'download') {
    await download(location, delimiter, path, context);
    return { path, name: location.url };
  }
  await generators(location.name)({ path, rows: location.rows, seed: location.seed, signal: context.signal });
  return { path, name: `generator ${location.name}` };
}

/** Whether a location could be read now; a download is asked for its head only. */
export async function isAvailable(location: Location, dataDir: string | undefined): Promise<boolean> {
  if (location.kind === 'generator') return true;
  if (location.kind === 'download') return answers(location.url);
  return fileBelow(dataDir, location.path).then(
    () => true,
    () => false,
  );
}
