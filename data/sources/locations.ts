import { join } from 'node:path';
import type { Location, SourceContext } from '../../contracts/source.ts';
import { generate } from '../generators/index.ts';
import { answers, download } from './download.ts';
import { fileBelow } from './file.ts';

/** What a watermark remembers of where its rows came from. */
export function locationKey(location: Location): string {
  if (location.kind === 'file') return `file:${location.path}`;
  if (location.kind === 'download') return `download:${location.url}#${location.contentSha256}`;
  const table = location.table === undefined ? '' : `&table=${location.table}`;
  return `generator:${location.name}?rows=${location.rows}&seed=${location.seed}${table}`;
}

/** A pinned download and a seeded generator never change: what was read of them is all there will be. */
export const isImmutable = (location: Location): boolean => location.kind !== 'file';

/** How a location's file is written, and what to call the copy that is fetched. */
export interface FileFormat {
  format: 'csv' | 'parquet';
  delimiter: string;
  fileName: string;
}

/** A local file with the location's rows. @throws RelevoError SOURCE_* */
export async function fetchLocation(
  location: Location,
  file: FileFormat,
  context: SourceContext,
): Promise<{ path: string; name: string }> {
  if (location.kind === 'file')
    return { path: await fileBelow(context.dataDir, location.path), name: location.path };
  const path = join(context.workDir, file.fileName);
  if (location.kind === 'download') {
    await download(location, file, path, context);
    return { path, name: location.url };
  }
  const { rows, seed, table } = location;
  await generate(location.name, { path, rows, seed, table, format: file.format, signal: context.signal });
  return { path, name: `generator ${location.name}` };
}

/** What of a source's context says whether a location can be read. */
export type Reachable = Pick<SourceContext, 'dataDir' | 'allowedNetworks'>;

/** Whether a location could be read now; a download is asked for its head only. */
export async function isAvailable(
  location: Location,
  { dataDir, allowedNetworks }: Reachable,
): Promise<boolean> {
  if (location.kind === 'generator') return true;
  if (location.kind === 'download') return answers(location.url, allowedNetworks);
  return fileBelow(dataDir, location.path).then(
    () => true,
    () => false,
  );
}
