import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RelevoError } from '../../contracts/errors.ts';
import {
  type Location,
  type Source,
  type SourceBatch,
  type SourceContext,
  type TablesSourceSpec,
  tablesSourceSchema,
} from '../../contracts/source.ts';
import { fileBelow } from './file.ts';
import { fileSha256 } from './file-hash.ts';
import { headerHash } from './header.ts';
import { fetchLocation, isAvailable, locationKey, type Reachable } from './locations.ts';
import { type LocalTable, queryToCsv } from './query.ts';
import { stageCsv } from './stage.ts';

type Table = TablesSourceSpec['tables'][string];

/**
 * Tables that a query makes into one. There is no growing at the end here: equal tables and an equal query are nothing
 * new, any change of either starts over.
 */
export const tablesSource: Source<TablesSourceSpec> = {
  kind: 'tables',
  schema: tablesSourceSchema,
  async stage(spec, since, context) {
    await mkdir(context.workDir, { recursive: true });
    const chosen = await chooseLocations(spec, context);
    const location = await fingerprint(spec, chosen, context);
    if (since?.location === location) return undefined;
    const batch = await stageQuery(spec, chosen, location, context);
    if ((await fingerprint(spec, chosen, context)) === location) return batch;
    throw new RelevoError('SOURCE_UNAVAILABLE', 'A table of the source changed while it was read', {
      field: Object.keys(spec.tables).join(', '),
      expected: 'files that stand still while they are read',
      remedy: 'Ingest again once the files are written whole.',
    });
  },
};

async function stageQuery(
  spec: TablesSourceSpec,
  chosen: Record<string, Location>,
  location: string,
  context: SourceContext,
): Promise<SourceBatch> {
  const tables: LocalTable[] = [];
  for (const [name, table] of Object.entries(spec.tables))
    tables.push(await fetchTable(name, table, chosen[name], context));
  const path = join(context.workDir, 'batch.csv');
  const { columns, rows } = await queryToCsv(tables, spec.sql, path, context);
  for (const table of tables) if (chosen[table.name].kind !== 'file') await rm(table.path, { force: true });
  const { size } = await stat(path);
  return {
    path,
    bytes: size,
    synthetic: Object.values(chosen).some(({ kind }) => kind === 'generator'),
    next: {
      location,
      bytes: size,
      rows,
      headerSha256: headerHash(columns),
      columns,
      prefixSha256: await fileSha256(path, context.signal),
    },
  };
}

const folderOf = (name: string, { workDir }: SourceContext): string => join(workDir, `table-${name}`);

/** A table on local disk; a CSV table's bytes are checked, and its rows lead with their line in `_line`. */
async function fetchTable(
  name: string,
  { format, delimiter }: Table,
  location: Location,
  context: SourceContext,
): Promise<LocalTable> {
  const own = { ...context, workDir: folderOf(name, context) };
  await mkdir(own.workDir, { recursive: true });
  const file = await fetchLocation(location, { format, delimiter, fileName: `fetched.${format}` }, own);
  if (format === 'parquet') return { name, format, delimiter, path: file.path };
  const input = { ...file, location: locationKey(location), delimiter, synthetic: false };
  const staged = await stageCsv(input, undefined, own);
  return { name, format, delimiter, path: staged?.path ?? file.path };
}

/** The first location of each table that can be reached. @throws RelevoError SOURCE_UNAVAILABLE naming the table. */
async function chooseLocations(
  spec: TablesSourceSpec,
  context: SourceContext,
): Promise<Record<string, Location>> {
  const chosen: Record<string, Location> = {};
  for (const [name, table] of Object.entries(spec.tables))
    chosen[name] = await firstAvailable(name, table, context);
  return chosen;
}

async function firstAvailable(name: string, table: Table, reach: Reachable): Promise<Location> {
  for (const location of table.locations) if (await isAvailable(location, reach)) return location;
  const tried = table.locations.map(locationKey).join(', ');
  throw new RelevoError('SOURCE_UNAVAILABLE', `The table "${name}" cannot be found: tried ${tried}`, {
    field: `tables.${name}`,
    value: tried,
    remedy: 'Set RELEVO_DATA to the folder of the data sets, or name another source.',
  });
}

/** Of what is read and what is done with it: files by their bytes, pinned downloads and seeded generators by their key. */
async function fingerprint(
  { tables, sql }: TablesSourceSpec,
  chosen: Record<string, Location>,
  { dataDir, signal }: SourceContext,
): Promise<string> {
  const hash = createHash('sha256').update(sql);
  for (const name of Object.keys(tables).sort()) {
    const location = chosen[name];
    const content =
      location.kind === 'file' ? await fileSha256(await fileBelow(dataDir, location.path), signal) : '';
    const { format, delimiter } = tables[name];
    hash.update(JSON.stringify([name, format, delimiter, locationKey(location), content]));
  }
  return `tables:${hash.digest('hex')}`;
}
