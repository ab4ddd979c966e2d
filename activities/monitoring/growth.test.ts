import { describe, expect, it } from 'vitest';
import { retrainPolicySchema } from '../../contracts/retrain.ts';
import { growthOf } from './growth.ts';

const artifact = (sha256: string) => ({
  sha256,
  bytes: 1,
  name: 'part.parquet',
  mediaType: 'application/vnd.apache.parquet',
});
const part = (firstRowId: number, rows: number, sha256 = 'a') => ({
  artifact: artifact(sha256),
  firstRowId,
  rows,
});
const ids = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);
const watched = {
  version: { version: '1.2.0' } as never,
  split: { train: ids(0, 600), validation: ids(600, 200), test: ids(800, 200) },
  dataset: { manifest: { rows: 1_000 } },
  lineage: 'a',
};
const grown = (rows: number) => ({
  rows: 1_000 + rows,
  parts: [part(0, 1_000), part(1_000, rows, 'b')],
});
const policy = (onGrowth?: number | null) => ({ retrain: retrainPolicySchema.parse({ onGrowth }) });
const memory = (newRows: number, modelVersion = '1.2.0') => ({ asked: { modelVersion, newRows } }) as never;

describe('growth', () => {
  it('is due once as many rows are new as the champion has learned; its test rows are new to it', () => {
    expect(growthOf(policy(), watched, grown(599), undefined)).toEqual({
      learnedRows: 800,
      newRows: 799,
      isDue: false,
    });
    expect(growthOf(policy(), watched, grown(600), undefined)?.isDue).toBe(true);
    expect(growthOf(policy(0.5), watched, grown(200), undefined)?.isDue).toBe(true);
  });

  it('is due again only where the rows have grown so many times since it was asked for', () => {
    expect(growthOf(policy(), watched, grown(1_399), memory(800))?.isDue).toBe(false);
    expect(growthOf(policy(), watched, grown(1_400), memory(800))?.isDue).toBe(true);
    expect(growthOf(policy(), watched, grown(700), memory(800, '1.1.0'))?.isDue).toBe(true);
  });

  it('is never due where the policy says so, or is older than the setting', () => {
    expect(growthOf(policy(null), watched, grown(100_000), undefined)?.isDue).toBe(false);
    const older = { retrain: { ...policy().retrain, onGrowth: undefined } } as never;
    expect(growthOf(older, watched, grown(100_000), undefined)?.isDue).toBe(false);
  });

  it('is not known of data that was read anew', () => {
    const anew = { rows: 2_000, parts: [part(0, 2_000, 'z')] };
    expect(growthOf(policy(), watched, anew, undefined)).toBeUndefined();
    expect(growthOf(policy(), watched, anew, undefined, 'unknown')).toBeUndefined();
  });

  it('is told by the time of rows whose tables were read anew', () => {
    const anew = { rows: 2_000, parts: [part(0, 2_000, 'z')] };
    const later = Float64Array.from(ids(1_100, 900));
    expect(growthOf(policy(), watched, anew, undefined, later)).toMatchObject({ newRows: 900, isDue: true });
  });
});
