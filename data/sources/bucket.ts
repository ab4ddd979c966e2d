import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStoreSettings, WatchSpec } from '../../contracts/source.ts';
import { fetchObject, type ListedObject, listObjects } from './object-store.ts';
import { type ArrivedFile, inOrderOfChange, isWantedName, isWhole, type WatchedPlace } from './place.ts';

type BucketWatch = WatchSpec & { bucket: string };

/**
 * The objects of a bucket below a prefix. An object is whole once the store, by its own clock, has not changed it for
 * `settleSeconds`, or once its marker is there; it is read only as long as its content is the one that was listed.
 */
export function bucketPlace(watch: BucketWatch, settings: ObjectStoreSettings): WatchedPlace {
  const { bucket, prefix = '' } = watch;
  const place = `s3://${bucket}/`;
  return {
    key: `${place}${prefix}`,
    async wholeFiles(signal) {
      const { objects, nowMs } = await listObjects({ bucket, prefix }, settings, { signal });
      return wholeObjects(objects, watch, nowMs).map(({ key, ...object }) => ({
        ...object,
        name: `${place}${key}`,
      }));
    },
    async read({ name, etag = '' }, { workDir, signal }, use) {
      // Never by the object's key: what a key holds is anybody's choice who may write to the bucket.
      const path = join(workDir, 'object');
      const key = name.slice(place.length);
      if (!(await fetchObject({ bucket, key, etag }, settings, { path, signal }))) return undefined;
      try {
        return { result: await use(path) };
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

function wholeObjects(
  objects: ListedObject[],
  watch: BucketWatch,
  nowMs: number,
): (ListedObject & Pick<ArrivedFile, 'name'>)[] {
  const named = objects.map((object) => ({ ...object, name: object.key.slice(watch.prefix?.length ?? 0) }));
  const names = new Set(named.map(({ name }) => name));
  return inOrderOfChange(
    named.filter(
      (object) =>
        isPrintable(object.key) &&
        isWantedName(object.name, watch) &&
        isWhole(object, watch, { names, nowMs }),
    ),
  );
}

/** A name stands in warnings, logs and the ledger: one with control characters is left alone. */
const isPrintable = (key: string): boolean => !/\p{Cc}|\p{Cs}/u.test(key);
