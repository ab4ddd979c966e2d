import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Environment } from '../../contracts/env.ts';
import { RelevoError } from '../../contracts/errors.ts';
import { bucketAddress } from '../../contracts/source.ts';

/**
 * The settings with the folder, or `s3://bucket/prefix`, that `--watch` names, which is before RELEVO_WATCH.
 * @throws RelevoError ENVIRONMENT_INVALID where it is neither.
 */
export async function withWatch(env: Environment, given: string | undefined): Promise<Environment> {
  const place = given ?? env.RELEVO_WATCH;
  if (place === undefined) return env;
  if (bucketAddress(place)) return { ...env, RELEVO_WATCH: place };
  const folder = resolve(place);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return { ...env, RELEVO_WATCH: folder };
  throw new RelevoError('ENVIRONMENT_INVALID', `${folder} cannot be watched: there is no such folder`, {
    field: given === undefined ? 'RELEVO_WATCH' : '--watch',
    value: given ?? folder,
    expected: 'a folder that is there, with one folder per pipeline in it, or s3://bucket/prefix',
    remedy: 'Make the folder, then start again.',
  });
}
