/** Child of `bench:elt`: stages the orders as an ingest does and prints what it took, so that the peak of memory is its own. */
import { readFile } from 'node:fs/promises';
import { sources } from '../../data/sources/index.ts';
import { orderChannel } from '../../pipelines/order-channel.ts';

const [dataDir, workDir] = process.argv.slice(2);
const started = performance.now();
const batch = await sources.tables.stage(orderChannel.sources.warehouse, undefined, {
  dataDir,
  workDir,
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const seconds = (performance.now() - started) / 1000;
const peakRssMiB = process.resourceUsage().maxRSS / 1024;

/** Sums of the columns that are whole numbers: equal sums say that all did the same work. */
const [header, ...lines] = (await readFile(batch?.path ?? '', 'utf8')).trimEnd().split('\n');
const names = header.split(',');
const wanted = ['orders', 'digital', 'vendedor', 'items', 'categories', 'at_night', 'late', 'tenure_days'];
const at = wanted.map((name) => names.indexOf(name));
const sums = new Array<number>(wanted.length).fill(0);
for (const line of lines) {
  const cells = line.split(',');
  for (const [k, column] of at.entries()) sums[k] += Number(cells[column]);
}
const vendedorLast = lines.filter(
  (line) => line.split(',')[names.indexOf('last_channel')] === 'VENDEDOR',
).length;
process.stdout.write(
  JSON.stringify({
    rows: lines.length,
    seconds,
    peakRssMiB,
    sums: { ...Object.fromEntries(wanted.map((name, k) => [name, sums[k]])), vendedorLast },
  }),
);
