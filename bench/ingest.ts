/**
 * What an ingest takes: `npm run bench:ingest -- --rows 10000000 --json`. Generated rows of the steel plant, a tenth of
 * them spoilt, go through `validateBatch` in a process of its own; pandas does the same parsing and checks, without
 * the repairs, on `--peer-rows`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateSteel } from '../data/generators/steel.ts';
import { pythonWith } from './lib/python.ts';
import { machine, option, report } from './lib/report.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const corruptShare = 0.1;

interface Figures {
  rows: number;
  seconds: number;
  rowsPerSecond: number;
  peakRssMiB: number;
}
interface Cleaning extends Figures {
  added: number;
  repaired: number;
  quarantined: number;
  parts: number;
}

async function measure(rows: number, peerRows: number) {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-ingest-'));
  const csv = join(folder, 'rows.csv');
  const peerCsv = join(folder, 'peer.csv');
  try {
    await generateSteel({ path: csv, rows, seed: 1, corrupt: corruptShare });
    await generateSteel({ path: peerCsv, rows: peerRows, seed: 1, corrupt: corruptShare });
    const relevo = await figures<Cleaning>(process.execPath, [
      '--import',
      'tsx',
      here('ingest/clean.ts'),
      csv,
      join(folder, 'work'),
    ]);
    const python = await pythonWith(['pandas==2.3.3', 'pyarrow==21.0.0']);
    const pandas = await figures<Figures>(python, [
      here('peers/ingest.py'),
      peerCsv,
      join(folder, 'peer.parquet'),
    ]);
    return { corruptShare, csvBytes: (await stat(csv)).size, relevo, pandas, machine: machine() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function figures<T>(program: string, args: string[]): Promise<T> {
  const { stdout } = await run(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as T;
}

const show = ({ rows, seconds, rowsPerSecond, peakRssMiB }: Figures): string =>
  `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rowsPerSecond)} rows/s, peak ${Math.round(peakRssMiB)} MiB`;

const rows = Number(option('rows') ?? 10_000_000);
const peerRows = Number(option('peer-rows') ?? Math.min(rows, 1_000_000));
report(await measure(rows, peerRows), (result) =>
  [
    `Relevo: ${show(result.relevo)} (${result.relevo.added} added, ${result.relevo.repaired} repaired, ${result.relevo.quarantined} quarantined)`,
    `pandas: ${show(result.pandas)} (checks only)`,
  ].join('\n'),
);
