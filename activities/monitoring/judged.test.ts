import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import type { AliasEvent, DatasetVersion } from '../../registry/types.ts';
import { putJson } from '../json.ts';
import { judgedAgain } from './judged.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-judged-'));
afterAll(() => rm(root, { recursive: true, force: true }));
const artifacts = createFolderArtifacts(root);

const splitOf = (test: number[]): Promise<ArtifactRef> =>
  putJson(artifacts, 'split.json', { train: [1], validation: [2], test });
const own = await splitOf([3, 4]);
const later = await splitOf([90, 91]);
const part = { artifact: { ...own, sha256: 'c'.repeat(64) }, rows: 100, firstRowId: 0 };
const dataset = { manifest: { parts: [part] } } as unknown as DatasetVersion;

const promotion = (version: string, evidence: unknown): AliasEvent => ({
  ...{
    pipeline: 'mill',
    action: 'promote',
    version,
    after: {},
    actor: 'retrain',
    reason: 'better',
    evidence,
  },
  at: '2026-11-22T12:00:00.000Z',
});
/** As a comparison on the test rows of a split leaves it. */
const wonOn = async (version: string, split: ArtifactRef): Promise<AliasEvent> => {
  const set = { spec: own, datasetVersion: 'mill/plant@0123456789ab', split };
  const evidence = await putJson(artifacts, 'offline-evidence.json', { set, rows: 2 });
  return promotion(version, { promoted: true, reason: 'better', challenger: version, evidence });
};
const judged = (history: AliasEvent[]) =>
  judgedAgain(
    {
      artifacts,
      registry: { models: { aliasHistory: async () => history }, datasets: { get: async () => dataset } },
    },
    { pipeline: 'mill', version: '1.0.0', splitArtifact: own },
  );

it('a version that came back was judged on the rows on which it won its place last', async () => {
  const history = [await wonOn('1.2.0', own), await wonOn('1.0.0', later), await wonOn('1.0.0', own)];
  expect(await judged(history)).toEqual({ lineage: 'c'.repeat(64), rowIds: [90, 91] });
});

it('is judged by its own test rows where it won on those, or nothing says on which', async () => {
  expect(await judged([await wonOn('1.0.0', own), await wonOn('1.0.0', later)])).toBeUndefined();
  expect(await judged([promotion('1.0.0', undefined), await wonOn('1.0.0', later)])).toBeUndefined();
  expect(await judged([])).toBeUndefined();
  const other = await putJson(artifacts, 'canary.json', { requests: 200 });
  const decision = { promoted: true, reason: 'canary', challenger: '1.0.0', evidence: other };
  expect(await judged([promotion('1.0.0', decision)])).toBeUndefined();
});
