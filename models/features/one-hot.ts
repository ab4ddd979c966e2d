import { z } from 'zod';
import type { FeatureStepSpec } from '../../contracts/features.ts';
import { codesOf, placesOf } from './codes.ts';
import { columnsAt, type FeatureStep, gatherColumns, keptAndAdded, othersThan, rearrange } from './step.ts';

type Spec = FeatureStepSpec & { step: 'one-hot' };

export const oneHotStateSchema = z.strictObject({
  kept: z.array(z.number().int()),
  at: z.array(z.number().int()),
  /** Codes of each column at `at` that have a flag. */
  codes: z.array(z.array(z.number())),
});
type State = z.infer<typeof oneHotStateSchema>;

/**
 * Puts in the place of each column of codes, after the columns that stay, a 0/1 column `<name>=<code>` for each code
 * that the training rows have; all are 0 where the code is missing or new.
 */
export const oneHot: FeatureStep<Spec, State> = {
  async fit({ columns, dropFirst }, train) {
    const at = columnsAt('one-hot', columns, train);
    const codes = await codesOf('one-hot', train, at);
    const flagged = dropFirst ? codes.map((values) => values.slice(1)) : codes;
    return { state: { kept: othersThan(at, train), at, codes: flagged } };
  },

  async apply({ kept, at, codes }, features) {
    const added = at.flatMap((column, i) => codes[i].map((code) => `${features.names[column]}=${code}`));
    const places = codes.map(placesOf);
    return await rearrange(features, kept, added, (_, from, to, out) => {
      let start = to;
      for (let i = 0; i < at.length; i++) {
        const place = places[i].get(features.data[from + at[i]]);
        if (place !== undefined) out[start + place] = 1;
        start += codes[i].length;
      }
    });
  },

  addToGraph({ kept, at, codes }, graph, features) {
    const flags = codes.flat();
    if (flags.length === 0) return gatherColumns(graph, features, kept);
    const repeated = at.flatMap((column, i) => codes[i].map(() => column));
    const same = graph.node('Equal', [
      gatherColumns(graph, features, repeated),
      graph.constant('double', flags, [1, flags.length]),
    ])[0];
    return keptAndAdded(graph, features, kept, [graph.cast(same, 'double')]);
  },
};
