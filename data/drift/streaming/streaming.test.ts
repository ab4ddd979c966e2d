import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StreamingDetector, StreamRun } from '../../../contracts/detector.ts';
import { streamingDetector, streamingDetectors } from './index.ts';
import { replay } from './replay.ts';

interface Case {
  kind: 'errors' | 'values';
  seed: number;
  /** Rows, and then start and end of the error rate, or shift and scale of values. */
  parts: [number, number, number][];
  indices: Record<string, number[]>;
}

const { cases } = JSON.parse(readFileSync(new URL('parity/streams.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The stream that parity/streams.py made. */
function streamOf({ kind, seed, parts }: Pick<Case, 'kind' | 'seed' | 'parts'>): Float64Array {
  const u = mulberry32(seed);
  const stream: number[] = [];
  for (const [rows, one, other] of parts)
    for (let row = 0; row < rows; row++) {
      if (kind === 'errors') stream.push(u() < one + ((other - one) * row) / rows ? 1 : 0);
      else stream.push((u() + u() + u() - 1.5) * other + one);
    }
  return Float64Array.from(stream);
}

const startOf = (detector: StreamingDetector): StreamRun => detector.start(detector.options.parse({}));
const all = Object.entries(streamingDetectors);

describe.each(cases)('$kind of seed $seed', (given) => {
  const stream = streamOf(given);
  const { indices } = replay(stream);

  it.each(Object.keys(given.indices))('%s finds drift where its reference does', (name) => {
    expect(indices[name]).toEqual(given.indices[name]);
  });
});

describe.each(all)('%s', (name, detector) => {
  const stream = streamOf({
    kind: 'errors',
    seed: 3,
    parts: [
      [1500, 0.05, 0.05],
      [1500, 0.5, 0.5],
      [1500, 0.1, 0.9],
    ],
  });

  it('is registered under its name and says its reference', () => {
    expect(detector.name).toBe(name);
    expect(streamingDetector(name)).toBe(detector);
    expect(detector.reference).not.toBe('');
  });

  it('goes on exactly from a saved state, wherever it was saved', () => {
    const whole = startOf(detector);
    const expected = Array.from(stream, (value) => whole.update(value));
    expect(expected).toContain('drift');

    const random = mulberry32(99);
    let run = startOf(detector);
    const found = Array.from(stream, (value) => {
      if (random() < 0.02)
        run = detector.resume(detector.options.parse({}), JSON.parse(JSON.stringify(run.save())));
      return run.update(value);
    });
    expect(found).toEqual(expected);
    expect(run.save()).toEqual(whole.save());
  });

  it('keeps a state of bounded size', () => {
    const run = startOf(detector);
    const random = mulberry32(5);
    for (let row = 0; row < 20_000; row++) run.update(random() < 0.2 ? 1 : 0);
    expect(JSON.stringify(run.save()).length).toBeLessThan(10_000);
  });

  it('refuses a state that it did not save', () => {
    const saved = startOf(detector).save();
    for (const damaged of [undefined, null, 7, {}, { ...(saved as object), strange: 1 }])
      expect(() => detector.resume(detector.options.parse({}), damaged)).toThrow(
        expect.objectContaining({ code: 'DRIFT_STATE_INVALID' }),
      );
  });

  it('refuses options that it does not have', () => {
    expect(detector.options.safeParse({ strange: 1 }).success).toBe(false);
  });
});

describe('streaming detectors', () => {
  it('name the known ones where there is none of a name', () => {
    expect(() => streamingDetector('adwni')).toThrow(
      expect.objectContaining({
        code: 'PIPELINE_INVALID',
        details: expect.objectContaining({ expected: expect.stringContaining('adwin, cusum') }),
      }),
    );
  });

  it('leave the detectors of errors out where a stream has other values', () => {
    const { indices, skipped } = replay(Float64Array.of(0, 1, 2.5));
    expect(Object.keys(indices)).toEqual(['adwin', 'cusum', 'kswin', 'page-hinkley']);
    expect(skipped).toEqual(['ddm', 'ecdd', 'eddm', 'hddm-a', 'hddm-w', 'rddm', 'stepd']);
  });

  it('refuse a window that options have no room for', () => {
    const { options, start, resume } = streamingDetectors.kswin;
    const run = start(options.parse({}));
    for (let row = 0; row < 90; row++) run.update(row);
    expect(() => resume(options.parse({ windowSize: 60 }), run.save())).toThrow(/damaged/);
  });
});
