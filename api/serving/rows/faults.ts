import { foldCategory, kindOf, mayLack, rangeOf } from '../../../contracts/cells.ts';
import type { Column } from '../../../contracts/columns.ts';
import type { ErrorDetails } from '../../../contracts/errors.ts';
import type { PipelineSpec } from '../../../contracts/pipeline.ts';
import { type ServingPolicy, servingPolicyOf } from '../../../contracts/serving.ts';
import { didYouMean } from '../../http/did-you-mean.ts';
import { shownJson } from '../../http/shown-json.ts';
import { limits } from '../../limits.ts';

type Fault = Omit<ErrorDetails, 'issues'>;

/** Everything that is wrong with a row that the reader refused, in the order of the inputs; `where` is its place. */
export function rowFaults(spec: PipelineSpec, row: unknown, where: string): Fault[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return [{ field: where, value: shownJson(row), expected: 'an object with one key per column', where }];
  }
  const cells = new Map(Object.entries(row));
  const faults: Fault[] = [];
  const policy = servingPolicyOf(spec);
  for (const name of spec.inputs) {
    const column = spec.columns[name];
    const expected = cellFault(column, cells.get(name), policy);
    if (expected === undefined) continue;
    faults.push({ field: name, value: shownJson(cells.get(name)), expected, where });
  }
  const inputs = new Set(spec.inputs);
  for (const [name, value] of cells) {
    if (faults.length > limits.issues) break;
    if (inputs.has(name)) continue;
    const expected = unknownColumn(spec, name, cells);
    faults.push({ field: String(shownJson(name)), value: shownJson(value), expected, where });
  }
  return faults;
}

/** What was expected of a cell; undefined where it is good. */
function cellFault(column: Column, value: unknown, policy: ServingPolicy): string | undefined {
  if (value === undefined || value === null)
    return mayLack(column, policy) ? undefined : `${kindOf(column)}, required`;
  if (column.kind === 'number') {
    if (typeof value === 'string') return `${kindOf(column)}, as a JSON number without quotes`;
    const { min, max } = rangeOf(column);
    return typeof value === 'number' && value >= min && value <= max ? undefined : kindOf(column);
  }
  if (typeof value !== 'string' || value === '') return kindOf(column);
  if (column.kind !== 'category' || policy.unseen !== 'refuse') return undefined;
  const known = column.values.some((allowed) => foldCategory(allowed) === foldCategory(value));
  return known ? undefined : `${kindOf(column)}${didYouMean(value, column.values)}`;
}

function unknownColumn(spec: PipelineSpec, name: string, given: ReadonlyMap<string, unknown>): string {
  if (name === spec.target) return 'nothing: this column is what the model predicts';
  if (Object.hasOwn(spec.columns, name)) return 'nothing: the model does not read this column';
  const lacking = spec.inputs.filter((input) => !given.has(input));
  return `a column of the model: ${spec.inputs.join(', ')}${didYouMean(name, lacking)}`;
}
