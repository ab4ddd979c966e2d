import { expect, test } from 'vitest';
import { datasetVersionIdSchema } from '../contracts/refs.ts';
import { manifest } from '../test/records.ts';
import { manifestId } from './manifest.ts';

test('the id is the hash of the canonical JSON, computed here with other tools', () => {
  // Python: hashlib.sha256(json.dumps(manifest, sort_keys=True, separators=(',', ':')).encode())
  expect(manifestId(manifest('pump'))).toBe('pump/plant@cfd9bb948006');
});

test('does not depend on the order of keys', () => {
  const { watermark, pipeline, ...rest } = manifest('pump');
  const { bytes, ...mark } = watermark;
  expect(manifestId({ watermark: { ...mark, bytes }, ...rest, pipeline })).toBe(manifestId(manifest('pump')));
});

test('changes with everything that a version is made of, and fits its schema', () => {
  const [part] = manifest('pump').parts;
  const ids = [
    manifest('pump'),
    manifest('pump', { rows: 11 }),
    manifest('pump', { synthetic: true }),
    manifest('pump', { schemaHash: 'e'.repeat(64) }),
    manifest('pump', { parts: [part, part] }),
    manifest('pump', { parts: [] }),
    manifest('pump', { watermark: { ...manifest('pump').watermark, bytes: 1 } }),
  ].map(manifestId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(datasetVersionIdSchema.safeParse(id).success).toBe(true);
});
