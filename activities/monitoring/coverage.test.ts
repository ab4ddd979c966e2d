import { expect, it } from 'vitest';
import { driftPolicySchema } from '../../contracts/drift.ts';
import { seededRandom } from '../../models/random.ts';
import type { ModelVersion, MonitorState } from '../../registry/types.ts';
import { plant } from '../../test/plant.ts';
import { coverageOf } from './coverage.ts';

const policy = driftPolicySchema.parse({});
const spec = { ...plant({ rounds: 1, trials: 0 }), interval: { level: 0.9, method: 'split' as const } };
const champion: Pick<ModelVersion, 'version' | 'spec'> = { version: '1.0.0', spec };

/** Answers within ± `margin` of an error of one deviation. */
function scored(rows: number, margin: number, seed: number) {
  const random = seededRandom(seed, 'scored');
  const actual = Float64Array.from({ length: rows }, () => random.normal());
  const interval = Float64Array.from({ length: 2 * rows }, (_, at) => (at % 2 === 0 ? -margin : margin));
  return { actual, predictions: { values: new Float64Array(rows), outputs: 1, interval } };
}
/** Of a normal error, 90 % lie within it. */
const ninety = 1.644854;
const heldOut = scored(1_000, ninety, 0);
const check = (current: ReturnType<typeof scored>, memory?: Partial<MonitorState>, about = champion) =>
  coverageOf(about, { heldOut, current }, { policy, memory: memory as MonitorState | undefined });

it('tells of intervals that have become too narrow for what comes, and of none that hold', () => {
  const calm = check(scored(500, ninety, 1));
  expect(calm?.report).toMatchObject({ promised: 0.9, rows: 500, verdict: 'no_drift' });
  const narrow = check(scored(500, 1.1, 2), { modelVersion: '1.0.0', coverage: calm?.memory });
  expect(narrow?.report).toMatchObject({
    verdict: 'drift',
    gates: { significance: true, magnitude: true, persistence: true },
  });
  expect(narrow?.report.current).toBeLessThan(0.8);
  expect(narrow?.report.reference).toBeGreaterThan(0.87);
  expect(narrow?.memory).toMatchObject({
    history: { share: [false, true] },
    online: { tests: 2, rejected: 1 },
  });
});

it('begins anew with another champion, and goes on controlling false alarms', () => {
  const first = check(scored(500, 1.1, 3));
  const memory = { modelVersion: '1.0.0', coverage: first?.memory };
  const other = check(scored(500, ninety, 4), memory, { ...champion, version: '1.1.0' });
  expect(other?.memory).toMatchObject({ history: { share: [false] }, online: { tests: 2, rejected: 1 } });
});

it('knows nothing where there are no targets yet, and keeps what it knew', () => {
  const first = check(scored(500, ninety, 5));
  const later = check(scored(0, ninety, 6), { modelVersion: '1.0.0', coverage: first?.memory });
  expect(later?.report).toMatchObject({ current: null, pValue: null, verdict: 'insufficient_data' });
  expect(later?.memory).toEqual(first?.memory);
});

it('is not asked of a champion without intervals', () => {
  const bare = { version: '1.0.0', spec: { ...spec, interval: undefined } };
  expect(check(scored(500, ninety, 7), undefined, bare)).toBeUndefined();
});
