import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { studentPerformance } from '../pipelines/student-performance.ts';
import { createFolderArtifacts } from '../registry/artifacts/folder.ts';
import { createRunActivities } from './runs.ts';
import { loadSpec } from './specs.ts';

const root = await mkdtemp(join(tmpdir(), 'relevo-runs-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const unused = async (): Promise<never> => {
  throw new Error('pinning a spec starts and ends no run');
};

it('a pinned spec keeps the order of its sources and features', async () => {
  const artifacts = createFolderArtifacts(root);
  const saved: string[] = [];
  const { pinSpec } = createRunActivities({
    artifacts,
    registry: {
      runs: { start: unused, finish: unused },
      pipelines: {
        list: async () => [],
        save: async (spec) => {
          saved.push(spec.name);
          return { name: spec.name, spec, createdAt: '', updatedAt: '' };
        },
      },
    },
  });
  const pinned = await loadSpec(artifacts, await pinSpec(studentPerformance));
  expect(JSON.stringify(pinned)).toBe(JSON.stringify(studentPerformance));
  expect(Object.keys(pinned.sources)).toEqual(['original', 'dirty', 'synthetic']);
  expect(saved).toEqual(['student-performance']);
});
