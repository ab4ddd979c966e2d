import { copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type BundleParts, workflowBundle } from '../workers/bundle.ts';

const folder = join(tmpdir(), 'relevo-test-bundles');

/** The workflows' bundle, built once for all tests; its name follows from its sources, so that it is never stale. */
export const testBundle = (parts?: BundleParts): Promise<{ codePath: string }> =>
  workflowBundle(folder, parts);

/** Lays the bundle where the workers of a home look for it. */
export async function layBundle(home: string): Promise<void> {
  const { codePath } = await testBundle();
  const cache = join(home, 'cache');
  await mkdir(cache, { recursive: true });
  await copyFile(codePath, join(cache, basename(codePath)));
}
