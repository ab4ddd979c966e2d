import type { z } from 'zod';

/** What a streaming detector said after one value. */
export type StreamSignal = 'none' | 'warning' | 'drift';

/** A detector at one point of its stream. */
export interface StreamRun {
  /** Takes the next value; a detector that found drift has started over when this returns. */
  update(value: number): StreamSignal;
  /** All that a later `resume` needs to go on exactly, JSON-safe and of bounded size. */
  save(): unknown;
}

/**
 * A streaming drift detector: sees one value at a time. One file in `data/drift/streaming/`, one line in its index.
 * Its defaults are those of its reference implementation.
 */
export interface StreamingDetector<Options = unknown> {
  name: string;
  /** The paper, and the implementation that its indices are equal to. */
  reference: string;
  /** `error`: 0 right, 1 wrong; `value`: any finite number. */
  input: 'error' | 'value';
  options: z.ZodType<Options>;
  start(options: Options): StreamRun;
  /** @throws RelevoError DRIFT_STATE_INVALID where `state` is none that this detector saved. */
  resume(options: Options, state: unknown): StreamRun;
}

/** Numbers of one column, without missing values, sorted once and used by every test. */
export interface NumericSample {
  sorted: Float64Array;
  mean: number;
  /** With n − 1; NaN below two values. */
  variance: number;
}
/** Values of one category column, without missing values, counted once. */
export interface CategorySample {
  counts: ReadonlyMap<string, number>;
  total: number;
}

export interface TestResult {
  statistic: number;
  /** Absent where the method is a distance and no test. */
  pValue?: number;
}

/** A test or distance of two samples of one column. One file in `data/drift/tests/`, one line in its index. */
export interface SampleTest<Sample> {
  name: string;
  /** The paper, and the function whose numbers it gives. */
  reference: string;
  kind: 'test' | 'distance';
  /** Fewest rows on either side. */
  leastRows: number;
  compare(reference: Sample, current: Sample): TestResult;
}
