import type { SourceContext, WatchSpec } from '../../contracts/source.ts';
import { bucketPlace } from './bucket.ts';
import { folderPlace } from './folder.ts';
import type { WatchedPlace } from './place.ts';

/** The place that a source watches. */
export const placeOf = (
  watch: WatchSpec,
  { watchDir, objectStore = {} }: Pick<SourceContext, 'watchDir' | 'objectStore'>,
): WatchedPlace => {
  const { bucket, folder = '.' } = watch;
  return bucket === undefined
    ? folderPlace({ ...watch, folder }, watchDir)
    : bucketPlace({ ...watch, bucket }, objectStore);
};
