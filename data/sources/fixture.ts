import { mkdir, mkdtemp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Watermark } from '../../contracts/refs.ts';
import { type SourceContext, sourceSpecSchema } from '../../contracts/source.ts';
import { sources } from './index.ts';

/**
 * For tests: stages what is new of a CSV source below `home`, and keeps the ledger as the artifact store would. Undefined
 * where nothing is new.
 */
export async function stageAndKeep(
  home: string,
  { since, ...source }: { watch: object; locations?: object[]; since: Watermark | undefined },
  reach: Pick<SourceContext, 'dataDir' | 'watchDir' | 'objectStore' | 'warn'>,
) {
  const ledgers = join(home, 'ledgers');
  const workDir = await mkdtemp(join(home, 'work-'));
  await mkdir(ledgers, { recursive: true });
  const spec = sourceSpecSchema.parse({ kind: 'csv', locations: [], ...source });
  const batch = await sources.csv.stage(spec, since, {
    ...reach,
    workDir,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    localPath: async ({ name }) => join(ledgers, name),
  });
  if (!batch) return undefined;
  const text = await readFile(batch.path, 'utf8');
  const next = { ...batch.next };
  if (batch.filesRead) {
    const name = `${since?.files?.name ?? ''}+`;
    await rename(batch.filesRead, join(ledgers, name));
    next.files = { sha256: '', bytes: 0, mediaType: '', name } satisfies ArtifactRef;
  }
  const [, ...rows] = text.trimEnd().split('\n');
  return { rows, next, workDir, bytes: batch.bytes, text };
}
