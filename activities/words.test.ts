import { expect, it } from 'vitest';
import { rowsExplanationSchema } from '../contracts/explanation.ts';
import { code, col } from '../contracts/expression.ts';
import { withWords } from './words.ts';

it('codes of categories are said in words, all other values stay numbers', () => {
  const features = {
    load: code('Load_Type', ['Light', 'Medium', 'Maximum']).expression,
    power: col('power').expression,
  };
  const given = (contributions: { feature: string; value: number | null; effects: number[] }[]) => ({
    method: 'kernel-shap' as const,
    unit: 'target' as const,
    outputs: [''],
    rows: [{ rowId: 0, base: [1], total: [4], contributions }],
  });
  const told = withWords(
    { features },
    given([
      { feature: 'load', value: 2, effects: [1] },
      { feature: 'load', value: null, effects: [1] },
      { feature: 'power', value: 2, effects: [1] },
      { feature: 'toString', value: 0, effects: [0] },
    ]),
  );
  const { rows } = rowsExplanationSchema.parse(told);
  expect(rows[0].contributions.map(({ word }) => word)).toEqual(['Maximum', undefined, undefined, undefined]);
});
