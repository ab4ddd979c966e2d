import type { Hooks } from '../../../contracts/hooks.ts';

const mostPatches = 5;

/** A champion that was updated five times is trained all anew the next time; else the built-in choice holds. */
export const anewAfterManyPatches: Hooks['retrain'][string] = ({ champion }) => {
  const patches = Number(champion.version.split('.')[2]);
  if (patches < mostPatches) return undefined;
  return { mode: 'full', why: `${champion.version} has been updated ${patches} times: all is learnt anew` };
};
