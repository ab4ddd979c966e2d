import type { Hooks } from '../../contracts/hooks.ts';
import { cheapestFirst } from './fallback/cheapest-first.ts';
import { anewAfterManyPatches } from './retrain/anew-after-many-patches.ts';
import { newestCountMore } from './train/newest-count-more.ts';

/** Functions that pipelines name in `retrain.hooks`. A new one is one file and one line here. */
export const hooks: Hooks = {
  train: { 'newest-count-more': newestCountMore },
  retrain: { 'anew-after-many-patches': anewAfterManyPatches },
  fallback: { 'cheapest-first': cheapestFirst },
};
