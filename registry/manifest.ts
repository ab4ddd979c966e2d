import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import { type Manifest, manifestSchema } from '../contracts/refs.ts';

const canonicalJson = configure({ deterministic: true, strict: true });

/** `pipeline/source@hash12`: the first twelve digits of the SHA-256 of the manifest's canonical JSON (sorted keys). */
export function manifestId(manifest: Manifest): string {
  const text = canonicalJson(manifestSchema.parse(manifest)) ?? '';
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${manifest.pipeline}/${manifest.source}@${hash}`;
}
