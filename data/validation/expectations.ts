import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { DuckDb } from '../duckdb.ts';
import type { Layout } from '../ingest/layout.ts';
import { createTest, type Finding } from './kinds.ts';

/** Watches a batch, chunk by chunk; `good` and `bad` are the tables of the chunk at hand. */
export interface Expectations {
  /** Counts what arrived missing, before anything is repaired. */
  seeArrivals(): Promise<void>;
  /** Moves rows of `good` that break an expectation to `bad`, and counts for the end. */
  judgeRows(): Promise<void>;
  /** The batch as a whole. @throws RelevoError EXPECTATION_STOPPED */
  finish(rowsRead: number, now?: Date): Promise<string[]>;
}

/**
 * The expectations of a batch, with the tables that they count in: a database takes one batch.
 * @param knownParts local Parquet paths of the dataset so far, which repeats and freshness look at too.
 */
export async function createExpectations(
  db: DuckDb,
  spec: PipelineSpec,
  layout: Layout,
  knownParts: string[],
): Promise<Expectations> {
  const tests = spec.expectations.map((expectation, index) =>
    createTest(db, spec, layout, knownParts, expectation, index),
  );
  for (const test of tests) await test.prepare?.();
  return {
    async seeArrivals() {
      for (const test of tests) await test.seeArrivals?.();
    },
    async judgeRows() {
      // Repeats come last: a row that breaks another rule is no first occurrence.
      for (const test of tests) if (!test.last) await test.judgeRows?.();
      for (const test of tests) if (test.last) await test.judgeRows?.();
    },
    async finish(rowsRead, now = new Date()) {
      const warnings: string[] = [];
      for (const test of tests) {
        const finding = await test.finish?.(rowsRead, now);
        if (!finding?.broken) continue;
        if (finding.severity === 'stop') throw stopped(finding);
        warnings.push(`${finding.rule}: ${finding.measured}, expected ${finding.limit}`);
      }
      return warnings;
    },
  };
}

const stopped = ({ rule, measured, limit }: Finding): RelevoError =>
  new RelevoError('EXPECTATION_STOPPED', `The batch breaks "${rule}": ${measured}, expected ${limit}`, {
    field: rule,
    value: measured,
    expected: limit,
    remedy: 'Look at the source; change the expectation only where the data is right.',
  });
