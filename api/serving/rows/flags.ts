import { foldCategory, isOptional } from '../../../contracts/cells.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { servingPolicyOf } from '../../../contracts/serving.ts';

/** What the model took for missing in a row though it is not optional: cells without value, and with an unseen one. */
export interface RowFlags {
  missing?: string[];
  unseen?: string[];
}

/**
 * Compiles what an answer tells of its row where the pipeline's policy is to flag; undefined where it never flags,
 * so that other pipelines pay nothing.
 */
export function rowFlagger(spec: PipelineSpec): ((row: unknown) => RowFlags | undefined) | undefined {
  const policy = servingPolicyOf(spec);
  const required =
    policy.missing === 'flag' ? spec.inputs.filter((name) => !isOptional(spec.columns[name])) : [];
  const known = policy.unseen === 'flag' ? knownValues(spec) : new Map<string, Set<string>>();
  if (required.length === 0 && known.size === 0) return undefined;
  return (row) => {
    const cells = new Map(Object.entries(Object(row)));
    const isMissing = (name: string): boolean => cells.get(name) === undefined || cells.get(name) === null;
    const missing = required.filter(isMissing);
    const unseen = [...known].flatMap(([name, values]) => {
      const cell = cells.get(name);
      return typeof cell === 'string' && !values.has(foldCategory(cell)) ? [name] : [];
    });
    if (missing.length === 0 && unseen.length === 0) return undefined;
    return { ...(missing.length === 0 ? {} : { missing }), ...(unseen.length === 0 ? {} : { unseen }) };
  };
}

const knownValues = ({ inputs, columns }: PipelineSpec): Map<string, Set<string>> =>
  new Map(
    inputs.flatMap((name) => {
      const column = columns[name];
      return column.kind === 'category' ? [[name, new Set(column.values.map(foldCategory))] as const] : [];
    }),
  );
