import type { Hooks } from '../../../contracts/hooks.ts';

/** The oldest row counts this much, the newest 1. */
const oldestWeight = 0.25;

/** Newer rows count more, evenly from the oldest to the newest, for processes that drift all the time. */
export const newestCountMore: Hooks['train'][string] = ({ rowIds }) => {
  const byArrival = Array.from(rowIds.keys()).sort((a, b) => rowIds[a] - rowIds[b]);
  const weights = new Float64Array(rowIds.length);
  const last = Math.max(1, rowIds.length - 1);
  byArrival.forEach((row, place) => {
    weights[row] = oldestWeight + ((1 - oldestWeight) * place) / last;
  });
  return { weights };
};
