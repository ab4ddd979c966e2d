import type { CategorySample, NumericSample, SampleTest } from '../../../contracts/detector.ts';
import { andersonDarling } from './anderson-darling.ts';
import { chiSquare } from './chi-square.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import { energy } from './energy.ts';
import { g } from './g.ts';
import { hellinger, hellingerOfCategories } from './hellinger.ts';
import { jensenShannon, jensenShannonOfCategories } from './jensen-shannon.ts';
import { kl, klOfCategories } from './kl.ts';
import { ks } from './ks.ts';
import { mannWhitney } from './mann-whitney.ts';
import { psi, psiOfCategories } from './psi.ts';
import { t } from './t.ts';
import { totalVariation } from './total-variation.ts';
import { wasserstein } from './wasserstein.ts';
import { z } from './z.ts';

export { changedCategories } from './categories.ts';
export { categorySample, numericSample } from './samples.ts';

const byName = <Sample>(tests: SampleTest<Sample>[]): Record<string, SampleTest<Sample>> =>
  Object.fromEntries(tests.map((test) => [test.name, test]));

/** Tests and distances of two samples of numbers, by name. */
export const numericTests: Record<string, SampleTest<NumericSample>> = byName([
  ks,
  cramerVonMises,
  andersonDarling,
  mannWhitney,
  t,
  z,
  wasserstein,
  energy,
  psi,
  jensenShannon,
  kl,
  hellinger,
]);

/** Tests and distances of two samples of categories, by name. */
export const categoryTests: Record<string, SampleTest<CategorySample>> = byName([
  chiSquare,
  g,
  totalVariation,
  psiOfCategories,
  jensenShannonOfCategories,
  klOfCategories,
  hellingerOfCategories,
]);
