/**
 * What an ELT takes: `npm run bench:elt -- --json`. Orders of a wholesaler become one row a client by the query of the
 * pipeline order-channel, as an ingest stages them; polars and pandas make the same rows from the same Parquet files,
 * each in a process of its own, in one run. All three leave a CSV file.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { generate } from '../data/generators/index.ts';
import { pythonWith } from './lib/python.ts';
import { machine, option, report } from './lib/report.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Figures {
  rows: number;
  seconds: number;
  peakRssMiB: number;
  /** Sums of the whole-number columns. */
  sums: Record<string, number>;
}

async function figures(program: string, args: string[]): Promise<Figures> {
  const { stdout } = await run(program, args, { maxBuffer: 1024 * 1024 });
  return JSON.parse(stdout) as Figures;
}

async function measure(rows: number) {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-elt-'));
  const tables = join(folder, 'orders');
  const path = (table: string) => join(tables, `${table}.parquet`);
  try {
    await mkdir(tables);
    for (const table of ['orders', 'clients'])
      await generate('orders', { path: path(table), rows, seed: 20_260_101, table, format: 'parquet' });
    const python = await pythonWith(['pandas==2.3.3', 'pyarrow==21.0.0', 'polars==2.1.0']);
    const peer = (name: string) =>
      figures(python, [
        here('peers/elt.py'),
        name,
        path('orders'),
        path('clients'),
        join(folder, `${name}.csv`),
      ]);
    const relevo = await figures(process.execPath, [
      '--import',
      'tsx',
      here('elt/relevo.ts'),
      folder,
      join(folder, 'work'),
    ]);
    const [polars, pandas] = [await peer('polars'), await peer('pandas')];
    return {
      orders: rows,
      relevo,
      polars,
      pandas,
      timesAsFastAsPolars: polars.seconds / relevo.seconds,
      timesAsFastAsPandas: pandas.seconds / relevo.seconds,
      shareOfPandasMemory: relevo.peakRssMiB / pandas.peakRssMiB,
      sameRows: [polars, pandas].every(({ sums }) => isDeepStrictEqual(sums, relevo.sums)),
      machine: machine(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const show = (name: string, { rows, seconds, peakRssMiB }: Figures): string =>
  `${name.padEnd(8)} ${rows} rows in ${seconds.toFixed(2)} s, peak ${Math.round(peakRssMiB)} MiB`;

report(await measure(Number(option('rows') ?? 1_250_000)), (result) =>
  [
    show('Relevo', result.relevo),
    show('polars', result.polars),
    show('pandas', result.pandas),
    `${result.timesAsFastAsPolars.toFixed(2)} times as fast as polars, ${result.timesAsFastAsPandas.toFixed(2)} times as pandas, ` +
      `${Math.round(100 * result.shareOfPandasMemory)} % of pandas' memory; ${result.sameRows ? 'the same rows' : 'DIFFERENT ROWS'}`,
  ].join('\n'),
);
