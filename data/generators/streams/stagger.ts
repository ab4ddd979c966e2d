import { pick } from '../random.ts';
import type { ConceptProcess } from './concepts.ts';

const sizes = ['small', 'medium', 'large'] as const;
const colors = ['red', 'blue', 'green'] as const;
const shapes = ['circle', 'square', 'triangle'] as const;

type Rule = (size: string, color: string, shape: string) => boolean;
const rules: readonly Rule[] = [
  (size, color) => size === 'small' && color === 'red',
  (_, color, shape) => color === 'green' || shape === 'circle',
  (size) => size !== 'small',
];

/** Three rules about shapes that take turns: each comes back once. */
export const stagger: ConceptProcess = {
  columns: ['size', 'color', 'shape', 'y'],
  reference:
    'Schlimmer and Granger 1986, Incremental Learning from Noisy Data; river 0.23 datasets.synth.STAGGER',
  schedule: [0, 1, 2, 0, 1, 2],
  width: 1,
  start: (random) => (rule) => {
    const [size, color, shape] = [pick(sizes, random), pick(colors, random), pick(shapes, random)];
    return [size, color, shape, rules[rule](size, color, shape) ? 1 : 0];
  },
};
