import type { ConceptProcess } from './concepts.ts';

const inputs = 10;
/** Inputs whose weight moves, by how much a row, and how likely it turns round. */
const moving = 5;
const step = 0.001;
const turn = 0.01;
const noise = 0.05;

/** The side of a plane that stands still, then turns for a third of the rows, then stands still again. */
export const hyperplane: ConceptProcess = {
  columns: [...Array.from({ length: inputs }, (_, input) => `x${input}`), 'y'],
  reference: 'Hulten et al. 2001, Mining Time-Changing Data Streams; river 0.23 datasets.synth.Hyperplane',
  /** 0: the plane stands still; 1: it moves. */
  schedule: [0, 1, 0],
  width: 1,
  start(random) {
    const weights = Array.from({ length: inputs }, random);
    const directions = weights.map((_, input) => (input < moving ? 1 : 0));
    const move = () => {
      for (let input = 0; input < moving; input++) {
        weights[input] += directions[input] * step;
        if (random() < turn) directions[input] *= -1;
      }
    };
    return (rule) => {
      const row = Array.from({ length: inputs }, random);
      const sum = row.reduce((total, value, input) => total + weights[input] * value, 0);
      const middle = weights.reduce((total, weight) => total + weight, 0) / 2;
      const above = sum >= middle;
      if (rule === 1) move();
      return [...row, above !== random() < noise ? 1 : 0];
    };
  },
};
