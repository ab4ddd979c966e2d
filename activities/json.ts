import stringify from 'safe-stable-stringify';
import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { ArtifactRef } from '../contracts/refs.ts';

/** JSON with sorted keys, so that equal values are equal text and have equal hashes. Undefined members are left out. */
export const canonicalJson = (value: unknown): string => stringify(value) ?? 'null';

/** Keeps a value as canonical JSON, under a name for people. */
export const putJson = (store: ArtifactStore, name: string, value: unknown): Promise<ArtifactRef> =>
  store.putBytes(Buffer.from(canonicalJson(value)), { name, mediaType: 'application/json' });

/** What `putJson` kept, not checked: who reads it parses it by a schema. */
export async function readJson(store: ArtifactStore, ref: ArtifactRef): Promise<unknown> {
  return JSON.parse(Buffer.from(await store.readBytes(ref)).toString('utf8'));
}
