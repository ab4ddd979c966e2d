import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { ArtifactRef } from '../contracts/refs.ts';

/** JSON with sorted keys, so that equal values are equal text and have equal hashes. Undefined members are left out. */
export function canonicalJson(value: unknown): string {
  const sorted = (_key: string, inner: unknown): unknown =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(value, sorted);
}

export const putJson = (store: ArtifactStore, name: string, value: unknown): Promise<ArtifactRef> =>
  store.putBytes(Buffer.from(canonicalJson(value)), { name, mediaType: 'application/json' });

export async function readJson(store: ArtifactStore, ref: ArtifactRef): Promise<unknown> {
  return JSON.parse(Buffer.from(await store.readBytes(ref)).toString('utf8'));
}
