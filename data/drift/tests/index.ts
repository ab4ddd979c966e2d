import type { CategorySample, NumericSample, SampleTest } from '../../../contracts/detector.ts';
import { chiSquare } from './chi-square.ts';
import { energy } from './energy.ts';
import { g } from './g.ts';
import { ks } from './ks.ts';
import { totalVariation } from './total-variation.ts';
import { wasserstein } from './wasserstein.ts';

export { changedCategories } from './categories.ts';
export { type CategoryValues, categorySample, numericSample } from './samples.ts';

const byName = <Sample>(tests: SampleTest<Sample>[]): Record<string, SampleTest<Sample>> =>
  Object.fromEntries(tests.map((test) => [test.name, test]));

/** Tests and distances of two samples of numbers, by name. */
export const numericTests: Record<string, SampleTest<NumericSample>> = byName([ks, wasserstein, energy]);

/** Tests and distances of two samples of categories, by name. */
export const categoryTests: Record<string, SampleTest<CategorySample>> = byName([
  chiSquare,
  g,
  totalVariation,
]);
