import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import { besides, columnsAt, type FeatureStep, gatherColumns, rearrange, stepFault } from './step.ts';

type Spec = FeatureStepSpec & { step: 'interactions' };

export const interactionsStateSchema = z.strictObject({
  left: z.array(z.number().int()),
  right: z.array(z.number().int()),
});
type State = z.infer<typeof interactionsStateSchema>;

/** Adds the product of each pair of columns, as `<a>×<b>`, in the order (1,2), (1,3), …, (2,3), … */
export const interactions: FeatureStep<Spec, State> = {
  async fit({ columns }, train) {
    const at = columnsAt('interactions', columns, train);
    if (at.length < 2)
      throw stepFault('interactions', at.length, 'at least two features', `is given ${at.length}`);
    const pairs = at.flatMap((left, i) => at.slice(i + 1).map((right) => ({ left, right })));
    return {
      state: { left: pairs.map(({ left }) => left), right: pairs.map(({ right }) => right) },
    };
  },

  async apply({ left, right }, features) {
    const { names, data } = features;
    return await rearrange(
      features,
      names.map((_, column) => column),
      left.map((column, i) => `${names[column]}×${names[right[i]]}`),
      (_, from, to, out) => {
        for (let i = 0; i < left.length; i++) out[to + i] = data[from + left[i]] * data[from + right[i]];
      },
    );
  },

  addToGraph({ left, right }, graph, features) {
    const factors = [gatherColumns(graph, features, left), gatherColumns(graph, features, right)];
    return besides(graph, [features, graph.node('Mul', factors)[0]]);
  },
};
