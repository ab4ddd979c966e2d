import { describe, expect, it } from 'vitest';
import {
  ingestOfTraining,
  manualRunKey,
  parseRootRunId,
  parseRunId,
  runId,
  runKinds,
  searchWorkflowId,
} from './ids.ts';

describe('run ids', () => {
  it.each(runKinds)('a %s id is read back as it was made', (kind) => {
    const id = runId(kind, 'steel-energy', '2026-11-21');
    expect(parseRunId(id)).toEqual({ kind, pipeline: 'steel-energy', key: '2026-11-21' });
  });

  it.each(['', '../x', 'a/b', 'a b', '.hidden', 'x'.repeat(101)])('the key %j is refused', (key) => {
    expect(() => runId('train', 'steel-energy', key)).toThrow(RangeError);
  });

  it.each(['train/steel-energy', 'cook/steel-energy/1', 'train/p/1/search', ''])('%j is no run', (id) => {
    expect(parseRunId(id)).toBeUndefined();
  });

  it('of children lead to the run above them', () => {
    const id = runId('train', 'p', '1');
    for (const one of [id, ingestOfTraining(id), searchWorkflowId(id, 'gbdt')])
      expect(parseRootRunId(one)).toEqual({ kind: 'train', pipeline: 'p', key: '1' });
    expect([parseRootRunId('train/p'), parseRootRunId('cook/p/1/ingest')]).toEqual([undefined, undefined]);
  });

  it('a manual key sorts by time and is itself a valid key', () => {
    const key = manualRunKey(new Date('2026-11-21T18:20:05.123Z'));
    expect(key).toBe('2026-11-21T18-20-05Z');
    expect(parseRunId(runId('train', 'p', key))?.key).toBe(key);
  });
});
