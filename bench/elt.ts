/**
 * What an ELT takes: `npm run bench:elt -- --json`. Orders of a wholesaler become one row a client by the query of the
 * pipeline order-channel, as an ingest stages them; polars and pandas make the same rows from the same Parquet files,
 * each in a process of its own, in one run. All three leave a CSV file. They take turns, `--turns 3`; medians count.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { generate } from '../data/generators/index.ts';
import { pythonWith } from './lib/python.ts';
import { machine, median, option, report } from './lib/report.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Figures {
  rows: number;
  seconds: number;
  peakRssMiB: number;
  /** Sums of the whole-number columns. */
  sums: Record<string, number>;
}

/** The turn's figures with the median of what all turns took. */
function typical(turns: Figures[]): Figures {
  return {
    ...turns[0],
    seconds: median(turns.map(({ seconds }) => seconds)),
    peakRssMiB: median(turns.map(({ peakRssMiB }) => peakRssMiB)),
  };
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
    const ours = async (turn: number) =>
      figures(process.execPath, [
        '--import',
        'tsx',
        here('elt/relevo.ts'),
        folder,
        join(folder, `work-${turn}`),
      ]);
    const turns: Record<'relevo' | 'polars' | 'pandas', Figures[]> = { relevo: [], polars: [], pandas: [] };
    for (let turn = 0; turn < Number(option('turns') ?? 3); turn++) {
      turns.relevo.push(await ours(turn));
      turns.polars.push(await peer('polars'));
      turns.pandas.push(await peer('pandas'));
    }
    const [relevo, polars, pandas] = [turns.relevo, turns.polars, turns.pandas].map(typical);
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
