import type { Hooks } from '../../../contracts/hooks.ts';
import type { RetrainMode } from '../../../contracts/retrain.ts';

const byCost: readonly RetrainMode[] = [
  'recalibration',
  'incremental',
  'stacking',
  'window',
  'replay',
  'full',
];

/** The cheapest mode that costs more than all that were tried. */
export const cheapestFirst: Hooks['fallback'][string] = (_, attempts) => {
  const dearest = Math.max(...attempts.map(({ mode }) => (byCost as readonly string[]).indexOf(mode)));
  return byCost[dearest + 1];
};
