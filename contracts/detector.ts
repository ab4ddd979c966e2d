import type { z } from 'zod';

/**
 * A streaming drift detector: sees one value at a time, keeps a JSON-safe state of bounded size, and
 * says after each whether drift was found. One file in `data/drift/`, one line in its index.
 */
export interface StreamingDetector<Options, State> {
  name: string;
  /** The paper or reference implementation it follows. */
  reference: string;
  options: z.ZodType<Options>;
  start(options: Options): State;
  /** Replaces nothing in place: the returned state continued later gives the same verdicts. */
  update(state: State, value: number, options: Options): { state: State; drift: boolean; warning: boolean };
}

/** The three gates of a verdict over two samples. */
export type DriftVerdict = 'drift' | 'no_drift' | 'insufficient_data';

/** A test of two samples of one column. */
export interface SampleDetector<Options> {
  name: string;
  reference: string;
  kinds: readonly ('number' | 'category')[];
  options: z.ZodType<Options>;
  /** Statistic and p-value; `undefined` where there are too few rows to say. */
  compare(
    reference: Float64Array | string[],
    current: Float64Array | string[],
    options: Options,
  ): { statistic: number; pValue: number } | undefined;
}
