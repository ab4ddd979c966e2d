import type { ConceptProcess } from './concepts.ts';

/** Sums of the first two inputs above which the class is 1. */
const thresholds = [8, 9, 7, 9.5];
const noise = 0.1;

/** Abrupt changes of a threshold; the third input says nothing, and a tenth of the classes are turned round. */
export const sea: ConceptProcess = {
  columns: ['x0', 'x1', 'x2', 'y'],
  reference: 'Street and Kim 2001, A Streaming Ensemble Algorithm; river 0.23 datasets.synth.SEA',
  schedule: [0, 1, 2, 3],
  width: 1,
  start: (random) => (rule) => {
    const [x0, x1, x2] = [10 * random(), 10 * random(), 10 * random()];
    const above = x0 + x1 > thresholds[rule];
    return [x0, x1, x2, above !== random() < noise ? 1 : 0];
  },
};
