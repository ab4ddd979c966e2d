import type { RowsExplanation } from '../contracts/explanation.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';

/** Says beside each code of a category which of its words it stands for. */
export function withWords(
  { features }: Pick<PipelineSpec, 'features'>,
  explanation: RowsExplanation,
): RowsExplanation {
  const wordOf = (feature: string, value: number | null): string | undefined => {
    const expression = Object.hasOwn(features, feature) ? features[feature] : undefined;
    return expression?.op === 'code' && value !== null ? expression.values[value] : undefined;
  };
  const rows = explanation.rows.map((row) => ({
    ...row,
    contributions: row.contributions.map((contribution) => {
      const word = wordOf(contribution.feature, contribution.value);
      return word === undefined ? contribution : { ...contribution, word };
    }),
  }));
  return { ...explanation, rows };
}
