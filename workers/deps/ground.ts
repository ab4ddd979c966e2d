import { join } from 'node:path';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { Environment } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { createFolderArtifacts } from '../../registry/artifacts/folder.ts';
import { openRegistry, type Registry } from '../../registry/index.ts';

/** What both workers stand on. */
export interface Ground {
  env: Environment;
  registry: Registry;
  artifacts: ArtifactStore;
}

/** Connections of one worker: activities of the control worker are short, those of the compute worker few. */
const poolSize = 4;

/** @throws RelevoError ENVIRONMENT_INVALID without DATABASE_URL. */
export function openGround(env: Environment): Ground {
  if (!env.DATABASE_URL) {
    throw new RelevoError('ENVIRONMENT_INVALID', 'DATABASE_URL is not set', {
      field: 'DATABASE_URL',
      expected: 'postgresql://user:password@host:port/database',
      remedy: 'Start with "relevo up", which runs a database of its own, or set DATABASE_URL.',
    });
  }
  return {
    env,
    registry: openRegistry(env.DATABASE_URL, { poolSize }),
    artifacts: createFolderArtifacts(join(env.RELEVO_HOME, 'artifacts')),
  };
}
