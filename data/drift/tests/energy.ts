import { numericTest } from './define.ts';
import { integrateGap } from './walk.ts';

/** Energy distance: √(2·∫(F − G)²). */
export const energy = numericTest({
  name: 'energy',
  reference: 'Székely 2003; scipy.stats.energy_distance',
  kind: 'distance',
  leastRows: 1,
  compare: (reference, current) => ({
    statistic: Math.sqrt(2 * integrateGap(reference, current, (gap) => gap * gap)),
  }),
});
