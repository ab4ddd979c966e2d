/**
 * Entrance examination: every candidate's grid by 5-fold cross-validation at the pipeline's seed over all rows of the
 * clean and of the dirty file, of four classes and of two halves, beside scikit-learn's grid on the very same folds.
 */
import { environment } from '../../contracts/env.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { isAvailable } from '../../data/sources/locations.ts';
import { machine } from '../lib/report.ts';
import { cleanDataset } from './dataset.ts';
import type { Measured } from './measured.ts';
import { ask } from './student/ask.ts';
import { besideClean, type FileAsked } from './student/beside.ts';
import { allRows, ambiguityOf, cellsOf, twoClasses } from './student/rows.ts';
import { type OfFile, tableOf } from './student/table.ts';

/** Files that are there, the clean one first; generated students where neither is. */
async function sourcesThere({ sources }: PipelineSpec, dataDir: string | undefined): Promise<string[]> {
  const there: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const files = source.kind === 'csv' ? source.locations.filter(({ kind }) => kind === 'file') : [];
    const found = await Promise.all(files.map((location) => isAvailable(location, { dataDir })));
    if (found.includes(true)) there.push(name);
  }
  return there.length > 0 ? there : ['synthetic'];
}

async function measureFile(
  spec: PipelineSpec,
  source: string,
  places: { dataDir: string | undefined; folder: string },
): Promise<{ file: OfFile; asked: FileAsked }> {
  process.stderr.write(`${source}\n`);
  const { frame, report, synthetic } = await cleanDataset(spec, source, places);
  const cells = cellsOf(frame, [spec.target, ...spec.inputs]);
  const targets = cells.map(([target]) => target);
  const inputs = cells.map((row) => row.slice(1));
  const set = await allRows(spec, frame);
  const four = await ask(spec, set, inputs, places.folder);
  process.stderr.write('two classes\n');
  const halves = twoClasses(spec, set);
  const two = await ask(halves.spec, halves.set, inputs, places.folder);
  const { rowsRead, rowsAdded, rowsQuarantined, warnings } = report;
  const file = {
    source,
    synthetic,
    ingest: { rowsRead, rowsAdded, rowsQuarantined, warnings },
    ambiguity: ambiguityOf(inputs, targets),
    fourClasses: four.answered,
    twoClasses: two.answered,
  };
  return { file, asked: { ...four, cells } };
}

/** See above. Takes some minutes on two cores. */
export async function measureStudent(spec: PipelineSpec, folder: string): Promise<Measured> {
  const { RELEVO_DATA: dataDir } = environment();
  const measured: { file: OfFile; asked: FileAsked }[] = [];
  for (const source of await sourcesThere(spec, dataDir))
    measured.push(await measureFile(spec, source, { dataDir, folder }));
  const [clean, dirty] = measured.map(({ asked }) => asked);
  const result = {
    pipeline: spec.name,
    metric: spec.metric,
    seed: spec.seed,
    files: measured.map(({ file }) => file),
    dirty: dirty && (await besideClean(spec, clean, dirty)),
    machine: machine(),
  };
  return { result, text: tableOf(result) };
}
