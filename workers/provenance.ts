import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Provenance } from '../activities/fitting.ts';
import { librarySettings } from '../models/native/settings.ts';
import { xgboost } from '../models/native/xgboost.ts';

const run = promisify(execFile);
const load = createRequire(import.meta.url);
const project = fileURLToPath(new URL('..', import.meta.url));

const versionOf = (manifest: string): string => (load(manifest) as { version: string }).version;

async function codeRevision(): Promise<string> {
  try {
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], { cwd: project });
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--untracked-files=no'], {
      cwd: project,
    });
    return changes === '' ? commit.trim() : `${commit.trim()}+changes`;
  } catch {
    return versionOf('../package.json');
  }
}

/** What the models of this process are made with; asked once. */
export function createProvenance(threads: number): () => Promise<Provenance> {
  let known: Promise<Provenance> | undefined;
  const find = async (): Promise<Provenance> => ({
    environment: {
      relevo: versionOf('../package.json'),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      threads: String(threads),
      xgboost: xgboost(librarySettings()).version,
      onnxruntime: versionOf('onnxruntime-node/package.json'),
      duckdb: versionOf('@duckdb/node-api/package.json'),
    },
    codeRevision: await codeRevision(),
  });
  return () => {
    known ??= find();
    return known;
  };
}
