/** Child of `bench:ingest`: cleans one CSV file and prints what it took, so that the peak of memory is its own. */
import { validateBatch } from '../../data/ingest/validate.ts';
import { steelEnergy as spec } from '../../pipelines/steel-energy.ts';

const [csvPath, workDir] = process.argv.slice(2);
const started = performance.now();
const { parts, rowsRead, rowsAdded, rowsRepaired, rowsQuarantined } = await validateBatch({
  spec,
  source: spec.sources.dirty,
  csvPath,
  knownParts: [],
  firstRowId: 0,
  workDir,
  signal: new AbortController().signal,
  onProgress: ({ phase, done, total }) => process.stderr.write(`\r${phase} ${done}/${total}      `),
});
process.stderr.write('\n');
const seconds = (performance.now() - started) / 1000;
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  JSON.stringify({
    rows: rowsRead,
    seconds,
    rowsPerSecond: rowsRead / seconds,
    peakRssMiB,
    added: rowsAdded,
    repaired: rowsRepaired,
    quarantined: rowsQuarantined,
    parts: parts.length,
  }),
);
