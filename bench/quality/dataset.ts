import { join } from 'node:path';
import type { Frame } from '../../contracts/frame.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { readFrame } from '../../data/datasets.ts';
import { type ValidateOutput, validateBatch } from '../../data/ingest/validate.ts';
import { chooseSource, sources } from '../../data/sources/index.ts';

export interface Cleaned {
  source: string;
  synthetic: boolean;
  frame: Frame;
  report: Omit<ValidateOutput, 'parts' | 'quarantine' | 'repairs'>;
}

/** Reads a source as an ingest does: staged, judged, mended, written to parts, read back. */
export async function cleanDataset(
  spec: PipelineSpec,
  source: string,
  { dataDir, folder }: { dataDir: string | undefined; folder: string },
): Promise<Cleaned> {
  const { signal } = new AbortController();
  const chosen = await chooseSource(spec, source, { RELEVO_DATA: dataDir });
  const workDir = join(folder, chosen.name);
  const batch = await sources[chosen.spec.kind].stage(chosen.spec, undefined, {
    dataDir,
    workDir,
    signal,
    onProgress: () => undefined,
  });
  if (!batch) throw new Error(`${chosen.name} has no rows`);
  const { parts, ...report } = await validateBatch({
    spec,
    source: chosen.spec,
    csvPath: batch.path,
    knownParts: [],
    firstRowId: 0,
    workDir,
    signal,
    onProgress: () => undefined,
  });
  const frame = await readFrame(
    parts.map(({ path }) => path),
    spec,
  );
  return { source: chosen.name, synthetic: batch.synthetic, frame, report };
}
