import type { CategorySample, NumericSample, SampleTest } from '../../../contracts/detector.ts';
import { RelevoError } from '../../../contracts/errors.ts';

/** A test of numbers that answers DATASET_TOO_SMALL below its `leastRows`. */
export const numericTest = (test: SampleTest<NumericSample>): SampleTest<NumericSample> =>
  guarded(test, ({ sorted }) => sorted.length);

/** A test of categories that answers DATASET_TOO_SMALL below its `leastRows`. */
export const categoryTest = (test: SampleTest<CategorySample>): SampleTest<CategorySample> =>
  guarded(test, ({ total }) => total);

const guarded = <Sample>(
  test: SampleTest<Sample>,
  rowsOf: (sample: Sample) => number,
): SampleTest<Sample> => ({
  ...test,
  compare: (reference, current) => {
    requireRows(test, 'reference', rowsOf(reference));
    requireRows(test, 'current', rowsOf(current));
    return test.compare(reference, current);
  },
});

function requireRows(
  { name, leastRows }: { name: string; leastRows: number },
  side: string,
  rows: number,
): void {
  if (rows >= leastRows) return;
  throw new RelevoError('DATASET_TOO_SMALL', `The test ${name} needs ${leastRows} or more ${side} values`, {
    field: side,
    value: rows,
    expected: `${leastRows} or more values that are not missing`,
  });
}
