import { z } from 'zod';
import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { columnsOf } from '../../contracts/expression.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { readJson } from '../json.ts';

const explanationSchema = z.looseObject({
  importance: z.array(z.looseObject({ feature: z.string(), effects: z.array(z.number()) })),
});

const sum = (values: number[]): number => values.reduce((total, value) => total + Math.abs(value), 0);

/**
 * How much each input counts in a model's answers: the mean |effect| of every feature that is computed from it.
 * Undefined where the version has no explanation.
 */
export async function importanceOf(
  artifacts: ArtifactStore,
  { spec, artifacts: kept }: Pick<ModelVersion, 'spec' | 'artifacts'>,
): Promise<Record<string, number> | undefined> {
  if (!kept.explanation) return undefined;
  const parsed = explanationSchema.safeParse(await readJson(artifacts, kept.explanation));
  if (!parsed.success) return undefined;
  const byColumn: Record<string, number> = {};
  for (const { feature, effects } of parsed.data.importance) {
    const expression = Object.hasOwn(spec.features, feature) ? spec.features[feature] : undefined;
    for (const column of expression ? columnsOf(expression) : [])
      byColumn[column] = (byColumn[column] ?? 0) + sum(effects);
  }
  return byColumn;
}
